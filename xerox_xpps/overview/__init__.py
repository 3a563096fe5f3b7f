from . import xpps_overview
