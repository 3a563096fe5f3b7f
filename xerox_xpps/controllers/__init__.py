from . import device_usage
