from hypothesis import settings

settings.register_profile("contracts", deadline=None)  # a busy machine is no fault of the contracts
settings.load_profile("contracts")
