from . import billing_file, importing, models, wizards
