"""The cookies of the console: which there are, and how they are set."""

from typing import NamedTuple

from fastapi import Request, Response

from console.web import language


class Cookies(NamedTuple):
    """How cookies are called and set.

    Attributes:
        tls: Whether browsers come over TLS. Then the name says that no other host or path can set the cookie (``__Host-``).
            On loopback without TLS it has a plain name, and every server of the machine may see it.
    """

    tls: bool

    @property
    def session(self) -> str:
        """The name of the one that says who somebody is."""
        return "__Host-keten" if self.tls else "keten"

    @property
    def login(self) -> str:
        """The name of the one that a browser keeps while it is at the issuer."""
        return "__Host-keten-login" if self.tls else "keten-login"

    def of(self, request: Request) -> str | None:
        """The secret that a browser shows."""
        return request.cookies.get(self.session)

    def give(self, answer: Response, name: str, value: str, seconds: int | None = None) -> None:
        """Have a browser keep a secret, for so long or until it is closed."""
        answer.set_cookie(name, value, max_age=seconds, path="/", secure=self.tls, httponly=True, samesite="lax")

    def take(self, answer: Response, name: str) -> None:
        """Have a browser forget one."""
        answer.delete_cookie(name, path="/", secure=self.tls, httponly=True, samesite="lax")

    def speak(self, answer: Response, chosen: language.Language) -> None:
        """Have a browser remember a language, for a year."""
        answer.set_cookie(language.COOKIE, chosen, max_age=31_536_000, path="/", secure=self.tls, httponly=True, samesite="lax")
