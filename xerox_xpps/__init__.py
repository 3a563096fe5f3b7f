from . import documents, reports, overview, models, wizards, controllers
from .hooks import uninstall_hook
