"""The process, deterministic; reads like the description in ``docs/domain.md``."""
