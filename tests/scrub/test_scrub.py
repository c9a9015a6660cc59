"""What is secret or personal in foreign text is marked, and everything else stays as it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.scrub import MOST_READ, one_line, plain, scrub

MARKED = {
    "Duplicate entry 'erika@example.com' for key": "Duplicate entry '[e-mail]' for key",
    "Duplicate entry 'erika.muster@ex...": "Duplicate entry '[e-mail]",
    "redis://:s3cr3t-pa55w...": "redis://[credentials]",
    "postgres://fleet:hunt…": "postgres://[credentials]",
    "postgres://fleet:hunter2@db.internal:5432/fleet": "postgres://[credentials]@db.internal:5432/fleet",
    "redis://:s3cr3t@cache/0 refused": "redis://[credentials]@cache/0 refused",
    "amqp://rider:p@ssword@queue": "amqp://[credentials]@queue",
    "amqp://rider:pa/ss@queue": "amqp://[credentials]@queue",
    "login failed: password=hunter2, user=7": "login failed: password=[secret], user=7",
    'Parameters: {"user"=>"7", "password"=>"hunter two"}': 'Parameters: {"user"=>"7", "password"=>[secret]}',
    '{"client_secret": "abc", "a": 1}': '{"client_secret": [secret], "a": 1}',
    'body {\\"apiKey\\":\\"abc123\\"}': 'body {\\"apiKey\\":[secret]\\"}',
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "AWS_SECRET_ACCESS_KEY=[secret]",
    "GET /tours?token=abc&page=2 gave 500": "GET /tours?token=[secret]&page=2 gave 500",
    "Passwort: geheim": "Passwort: [secret]",
    "X-Api-Key: 12ab": "X-Api-Key: [secret]",
    "Authorization: Basic cmlkZXI6aHVudGVyMg==": "Authorization: Basic [secret]",
    "sent Bearer abcdef.123456": "sent Bearer [token]",
    "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl expired": "jwt [token] expired",
    "xoxb-1234567890-abcdefghij is revoked": "[token] is revoked",
    "xapp-1-A0-1234-abcd is revoked": "[token] is revoked",
    "https://hooks.slack.com/services/T0FLEET/B0FLEET/abcdefghijk": "https://hooks.slack.com/[token]",
    "ghp_" + "a1B2" * 9 + " has no scope": "[token] has no scope",
    "github_pat_" + "a1B2_" * 9: "[token]",
    "ATATT3xFfGF0" + "a1-b2_" * 6 + "=1A2B3C4D": "[token]",
    "AKIAIOSFODNN7EXAMPLE is unknown": "[key] is unknown",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- is no PEM": "[key] is no PEM",
    "-----BEGIN PRIVATE KEY-----\nMIIE": "[key]",
    "key 0123456789abcdef0123456789abcdef": "key [key]",
    "sealed with q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=": "sealed with [key]",
    "mail to erika.muster+x@example.com bounced": "mail to [e-mail] bounced",
    "Jürgen.Groß@müller.example": "[e-mail]",
    "/users/erika%40example.com": "/users/[e-mail]",
    "IBAN DE89 3704 0044 0532 0130 00 is blocked": "IBAN [IBAN] is blocked",
    "GB82WEST12345698765432": "[IBAN]",
    "card 4111 1111 1111 1111 declined": "card [card] declined",
    "5500-0055-5555-5559": "[card]",
    "call +49 (0)30 1234567": "call [phone]",
    "SMS to 004915112345678": "SMS to [phone]",
    "030/1234567 and 0151 23456789": "[phone] and [phone]",
    "01721234567": "[phone]",
    "from 203.0.113.7:443": "from [IP]:443",
    "http://198.51.100.9/x": "http://[IP]/x",
    "peer 2001:db8::8a2e:370:7334 left": "peer [IP] left",
    "peer fe80::1 left": "peer [IP] left",
}
KEPT = (
    "NoMethodError: undefined method `total_price' for nil:NilClass",
    "ActiveRecord::RecordNotFound: Couldn't find Tour with 'id'=4711",
    "SyntaxError: Unexpected token < in JSON at position 0",
    "SyntaxError: Unexpected token: identifier (foo)",
    "Unexpected token = in line 3",
    "invalid token: expected name",
    "Auth: no",
    "the signature is invalid: expected 3 arguments",
    "Bearer authentication required",
    "Basic authentication failed",
    'PG::UniqueViolation: ERROR: duplicate key value violates unique constraint "index_users_on_email"',
    "app/controllers/tours_controller.rb:123 - create",
    "/home/fleet/releases/20261128101500/app/models/stop.rb",
    "file:///assets/application-0123456789abcdef0123456789abcdef.js:1:20345",
    "render@app.js:10",
    "logo@2x.png",
    "Can't find node_modules/@babel/core@7.1.2/lib/index.js",
    "app.bugsnag.com/acme/fleet/errors/620a14b57cddcd00082f4e51",
    "620a14b5009055d6c5fb0000",
    "be5ba3d0-971c-4418-9ecf-e2d1abcb66be",
    "release 1.0.16-rc.2+build.5",
    "Chrome/98.0.4758.80 Safari/537.36",
    "version 1.2.3.4",
    "v1.2.3.4",
    "2026-11-28T08:37:09.154Z",
    "2026-11-28 08:37:09 +0100",
    "at 10:30:45",
    "Timeout after 30000 ms",
    "order 1234567890 is closed",
    "order 0012345678",
    "Fleet::Tour::Stop",
    "A1::B2",
    "999.1.2.3",
    "cannot reach http://localhost:3000...",
    "wait for https://example.com/tours...",
    "lines 1:2:3:4",
    "::Fee::Bad",
    "connect to 127.0.0.1:5432 refused",
    "[::1]:80",
    "0.0.0.0:3000",
    "1763700010.000010",
    "AbstractSingletonProxyFactoryBeanConfiguration",
    "10 events in 1h",
    "100th event",
    "password=[FILTERED]",
    "Lieferung an Straße 12 nicht möglich",
    'invalid value for Integer(): "12a"',
    "https://example.com:8080/users/@me",
    "42ce59f",
    "1,234,567.89",
    "4111 1111 1111 1112",
    "DE12345678 is no VAT id",
    "user-7 has no tours",
    "#<Tour:0x00007f8b1c0a2d48>",
    "const foo = bar ? 1 : 2",
)
PIECES = st.one_of(
    st.sampled_from([*MARKED, *MARKED.values(), *KEPT]),
    st.sampled_from(
        ["@", "a.a-", "[", "]", "://", "password=", "token: ", '"', "\\", "4", "+49", "::", "\n", "eyJ", "="]
    ),
    st.text(max_size=6),
)


@pytest.mark.parametrize(("text", "marked"), MARKED.items())
def test_what_is_secret_or_personal_is_marked(text: str, marked: str) -> None:
    assert scrub(text) == marked


@pytest.mark.parametrize("text", KEPT)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert scrub(text) == text


def test_lines_stay_lines() -> None:
    assert scrub("one\n\ttwo: a@example.com\n") == "one\n\ttwo: [e-mail]\n"


def test_what_nobody_looked_at_is_dropped() -> None:
    assert scrub("a " * MOST_READ) == ("a " * MOST_READ)[:MOST_READ]


@settings(max_examples=1000, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_scrubbing_again_changes_nothing(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\t    code\r\n\n\t\tmore \t end \u2028", "code\nmore end"),
        ("pay\u202eload\u2069 \x00\x1b[0m", "payload [0m"),
        ("eri\u200bka@exam\u00adple.com", "[e-mail]"),
        ("half \ud83d", "half \ufffd"),
        ("{{{DATE(2026-11-28,SHORT)}}} {{name}}", "{{ {DATE(2026-11-28,SHORT)}}} {{name}}"),
    ],
)
def test_what_deceives_goes_and_lines_stay_lines(text: str, shown: str) -> None:
    assert plain(text, 100) == shown


@pytest.mark.parametrize(("text", "cut"), [("abcdef", "abcd…"), ("abc def", "abc…"), ("abcde", "abcde")])
def test_what_is_too_long_is_cut_and_says_so(text: str, cut: str) -> None:
    assert plain(text, 5) == cut


def test_a_line_is_one_line() -> None:
    assert one_line("Tour\n\n  was\tnot found\n", 100) == "Tour was not found"


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80), st.integers(1, 60))
def test_whatever_it_is_it_can_be_sent_and_is_no_longer_than_asked(text: str, longest: int) -> None:
    shown = plain(text, longest)
    assert len(shown) <= longest
    assert shown.encode() == shown.encode(errors="surrogatepass")
    assert all(line == line.strip() for line in shown.split("\n"))
