from . import billing_file, controllers, importing, models, reports, wizards
from .hooks import uninstall_hook
