"""Why a page is not shown. The words of each stand under ``door.refused`` in ``console/web/words/*/door.toml``, by its code."""

from http import HTTPStatus

from console.door.problems import Problem, Refusal

NOT_HERE = Refusal(HTTPStatus.NOT_FOUND, "not_here", "there is no such page for you")
"""The same for what is not there, what is another agency's, and what asks for another right: nothing is told of it."""
LOGGED_OUT = Refusal(HTTPStatus.UNAUTHORIZED, "logged_out", "your session has ended: log in again")
ELSEWHERE = Refusal(HTTPStatus.FORBIDDEN, "elsewhere", "this was sent from another page than ours")
OTHER_HOST = Refusal(HTTPStatus.MISDIRECTED_REQUEST, "other_host", "this console has another address")
NO_TICKET = Refusal(HTTPStatus.FORBIDDEN, "no_ticket", "this form was not shown to you now: open it again")
TOO_LARGE = Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "this is more than a form may hold")
TOO_MANY = Refusal(HTTPStatus.TOO_MANY_REQUESTS, "too_many", "too much at a time: wait for the others")
NO_METHOD = Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "no_method", "a page is not asked like this")
NO_ISSUER = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "no_issuer", "the login service does not answer: try again")
AWAY = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "away", "a part of this installation does not answer: try again")
AWAY_MEANWHILE = AWAY._replace(code="away_meanwhile")
"""The same where something may have been done already: it does not say that nothing was."""
NOT_WRITTEN_DOWN = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE, "not_written_down", "nothing is read or done while that cannot be written down"
)
FAILED = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "failed", "this is a fault of the console")
LOGIN = {
    code: Refusal(HTTPStatus.FORBIDDEN, code, "nobody was logged in")
    for code in (
        "other_browser",
        "too_late",
        "used",
        "other_issuer",
        "refused_there",
        "code_refused",
        "token_refused",
        "not_fresh",
        "works_nowhere",
        "single_cases",
    )
}
"""How a login ends that does not count."""


class LoggedOut(Problem):
    """Nobody is logged in who asks; a browser that opens a page is sent to log in."""

    def __init__(self) -> None:
        super().__init__(LOGGED_OUT)
