"""The main job, shown: real servers and workers, real events; only the people are simulated."""
