from . import models
from .hooks import give_back_to_cron
