"""What may become of a try, with words for whoever must repair it. No word names an address, a secret or an event's content."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a try ended."""

    TAKEN = "taken"
    GONE = "gone"
    REDIRECT = "redirect"
    STATUS = "status"
    TIMEOUT = "timeout"
    HOST = "host_not_allowed"
    NAME = "name_unknown"
    ADDRESS = "address_not_allowed"
    CONNECT = "no_connection"
    TLS_NAME = "tls_other_name"
    TLS_EXPIRED = "tls_not_valid_now"
    TLS_AUTHORITY = "tls_authority_unknown"
    TLS = "tls_failed"
    BROKEN = "broken_off"
    ERASED = "erased"
    UNREADABLE = "unreadable"
    SET_ASIDE = "set_aside"


SECONDS = 10.0
"""That a try may take in all."""

_WORDS = {
    Outcome.TAKEN: "the endpoint has taken it",
    Outcome.GONE: "the endpoint answered 410, which says that it wants nothing more; it rests until a person wakes it with PUT",
    Outcome.REDIRECT: "the endpoint answered with a redirect, and none is followed: register the address where it really listens",
    Outcome.TIMEOUT: f"there was no answer within {SECONDS:.0f} seconds: answer first, and work afterwards",
    Outcome.HOST: "the host of this endpoint is not on the list of hosts that may be called (KETEN_WEBHOOK_HOSTS)",
    Outcome.NAME: "DNS does not know the name of the host: look at how it is written, and which DNS this machine asks",
    Outcome.ADDRESS: "DNS leads to an address that may not be called for this host (KETEN_WEBHOOK_HOSTS)",
    Outcome.CONNECT: "no connection was made: is the endpoint running, and does a firewall stand between?",
    Outcome.TLS_NAME: "the certificate is another host's: it must bear the name that stands in the URL",
    Outcome.TLS_EXPIRED: "the certificate is not valid at this time: renew it, or set the clocks right",
    Outcome.TLS_AUTHORITY: "nobody whom this post office believes made the certificate: name its authority in KETEN_WEBHOOK_CA",
    Outcome.TLS: "TLS did not come about: does the port speak TLS 1.2 or 1.3, and does it want a client certificate?",
    Outcome.BROKEN: "the connection was broken off, or what came was not HTTP",
    Outcome.ERASED: "its content was erased before it was taken; there is nothing to send",
    Outcome.UNREADABLE: "what the post office keeps of it was altered on its disk: restore the book, or set it aside",
    Outcome.SET_ASIDE: "a person set it aside",
}

_OF_A_STATUS = {
    400: "the endpoint could not read the request: it is a CloudEvent in structured JSON (application/cloudevents+json)",
    401: "the endpoint did not accept the signature: verify it with the secret that was shown, over the body byte for byte",
    403: "the endpoint did not accept the signature, or something before it lets nobody in",
    404: "nothing answers at this path",
    405: "the endpoint must accept POST",
    413: "the endpoint takes less than an event can be: 64 KB and its attributes",
    415: "the endpoint must accept the media type application/cloudevents+json",
    429: "the endpoint asked to be called less often",
    503: "the endpoint says that it cannot answer now",
}


def words_of(outcome: Outcome, status: int | None = None) -> str:
    """What happened and what to do, in a sentence.

    Args:
        outcome: How a try ended.
        status: What was answered, if anything was.
    """
    if outcome is not Outcome.STATUS:
        return _WORDS[outcome]
    what = "the endpoint failed within itself" if (status or 0) >= 500 else "any answer from 200 to 299 would be taken"
    return f"the endpoint answered {status}: {_OF_A_STATUS.get(status or 0, what)}"
