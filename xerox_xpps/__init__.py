from . import billing_file, importing, models, wizards
from .hooks import uninstall_hook
