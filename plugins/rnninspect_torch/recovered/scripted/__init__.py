"""TorchScript: functions run once over values of the core's graph."""
