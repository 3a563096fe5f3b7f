from . import xpps_profitability_report
