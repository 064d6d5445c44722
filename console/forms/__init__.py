"""Forms out of command models: what a person is asked, and how what was posted becomes the content of a decision."""
