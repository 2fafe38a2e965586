from consolidation.checker import *  # noqa
