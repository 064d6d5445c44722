"""The door of what people open in a browser or with a token: who comes, whether they may, and how much at a time.

The codec server and the web console share it.
"""

DEV_ISSUER = "/dev-issuer"
"""Under which path the issuer for development answers."""
COOKIE = "keten_codec_dev"
"""The cookie in which that issuer leaves a token for the Temporal UI."""
