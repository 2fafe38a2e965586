"""Studies: many scenarios of one network and its shipments, planned, judged and compared with the plan as it is."""

from consolidation.studies.api import study
from consolidation.studies.keeping import read_study
from consolidation.studies.request import Request, read_request

__all__ = ["Request", "read_request", "read_study", "study"]
