from . import documents, reports, overview, models, wizards, controllers
from .hooks import post_init_hook, uninstall_hook
