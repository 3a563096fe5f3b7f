from . import xpps_import_wizard, xpps_import_wizard_mapping
