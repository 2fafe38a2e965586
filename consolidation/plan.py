from consolidation.plan_model import *  # noqa
