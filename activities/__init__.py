"""What a workflow can ask of the world: one class per capability, its ports as Protocols beside it, no drivers."""
