"""The worst that people, and people who mean harm, may write: by name, and as strategies. Shared by all suites."""

from dataclasses import replace

from hypothesis import strategies as st

from bridge.openbadges.documents import (
    Achievement,
    Alignment,
    Award,
    EvidenceItem,
    Issuer,
    Result,
    ResultDescription,
    RubricLevel,
)
from tests.openbadges.ob_samples import make_award

TEXTS = {
    "quotes": "\"double\" 'single' “curly” „low“ `back` ``''",
    "backslashes": '\\ \\\\ \\" \\n \\u0041 \\U0001F600 \\x41 C:\\temp\\',
    "ends in a backslash": "the end\\",
    "html": "<b>bold</b> & &amp; &#60;i&#62; <!-- --> <br/>",
    "script": "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover=\"alert(1)' autofocus='",
    "markdown": "# *a* **b** [x](javascript:alert(1)) ![i](http://t.example/p.png) `c`\n\n---\n> q\n\n|a|b|\n|-|-|",
    "carriage returns": "one\rtwo\r\nthree\n\rfour\r",
    "line and paragraph separators": "one\u2028two\u2029three\x85four",
    "vertical tab and form feed": "one\x0btwo\x0cthree",
    "control characters": "".join(map(chr, range(32))) + "\x7f" + "".join(map(chr, range(0x80, 0xA0))) + "x",
    "nul": "before\0after",
    "terminal": "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "emoji beside private use": "\U0001f600\ue000\uf8ff\uffe5\U0001f469\U0001f3fd\u200d\U0001f3eb",
    "yen before emoji": "￥500 😀",
    "emoji before yen": "😀 ￥500",
    "noncharacters": "\ufdd0\ufffe\uffff\U0001ffff\U0010ffff",
    "replacement and byte order marks": "\ufffd\ufeffx\ufeff",
    "lone surrogates": "\ud800 \udfff \udc00\ud83d x",
    "right to left": "שלום עולם العربية فارسی",
    "bidi overrides": "\u202egnp.egdab\u202c \u2066x\u2069 \u200e\u200f\u061c",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\u00adf",
    "combining": "Z\u0351\u036b\u0343\u036a\u0302a\u0300\u0301\u0302\u0303l\u0334g\u0335o\u0336",
    "composed": "Å é ñ ﬁ Ω 각",
    "decomposed": "A\u030a e\u0301 n\u0303 fi \u2126 \u1100\u1161\u11a8",
    "ten thousand characters": "A long story. " * 715,
    "ten thousand emoji": "💩" * 10_000,
    "one very long word": "x" * 12_000,
    "keyword of JSON-LD": "@id",
    "other keywords": "@type @context @graph @value @none @json",
    "a whole JSON-LD value": '{"@id": "https://evil.example/", "@value": null}',
    "a compact IRI": "schema:name",
    "a prefix of ours": "ext:OpenBadges2BadgeClass",
    "an absolute IRI": "https://w3id.org/security#proofValue",
    "a DID": "did:web:evil.example#key-1",
    "a blank node": "_:b0",
    "a canonical blank node": "_:c14n0",
    "blank nodes in hashes": "_:a _:z",
    "a statement": '_:c14n0 <https://schema.org/name> "Eve" .',
    "a statement and its end": '" .\n_:c14n0 <https://schema.org/name> "Eve" .\n',
    "datatype and language": '"1"^^<http://www.w3.org/2001/XMLSchema#integer> "x"@en',
    "angle brackets": "<https://evil.example/> <> >",
    "percent formats": "%s %d %% %(x)s %1$s %n %",
    "brace formats": "{} {0} {x} {x!r:>{y}} {{ }} {",
    "dollar formats": "$x ${x} $$ $(id) `id`",
    "templates": "{{7*7}} {% raw %} {# #} <%= 1 %> #{1}",
    "marks of our own": "https://text.invalid/0",
    "another of these marks": "https://text.invalid/17",
    "end of CDATA": "a]]>b ]] > ]]]]>> <![CDATA[ x ]]>",
    "xml": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "a number": "0",
    "a large number": "1e999",
    "a negative zero": "-0.0",
    "other digits": "٣٤ １２ ⅷ",
    "truth": "true",
    "null": "null",
    "a date": "2026-01-15T09:30:00Z",
    "a formula": '=HYPERLINK("https://evil.example";"x")',
    "sql": "'; DROP TABLE requests; --",
    "a path": "../../../etc/passwd",
    "a header": "x\r\nBcc: nobody@evil.example",
    "spaces alone": " \t\u00a0\u2003\u3000 ",
    "spaces around": "  \n x \n  ",
    "an address": "ada.lovelace@district.example",
    "json": '{"a": ["b", null, 1e5]}',
    "a token": "eyJhbGciOiJub25lIn0.e30.",
}

#: Links to evidence as they stand in a cell, and the same as a badge tells them; None for what is no web address.
LINKS = {
    "https://bücher.example/ü?ü=ü#ü": "https://xn--bcher-kva.example/%C3%BC?%C3%BC=%C3%BC#%C3%BC",
    "https://例え.テスト/": "https://xn--r8jz45g.xn--zckzah/",
    "https://faß.example:8443/": "https://fass.example:8443/",
    "HTTPS://Class.Example/Blog": "https://Class.Example/Blog",
    "https://x.example/a b\tc": "https://x.example/a%20bc",
    "https://x.example/%20%C3%BC%zz%": "https://x.example/%20%C3%BC%25zz%25",
    "https://x.example/[a](b)#[c": "https://x.example/%5Ba%5D(b)#%5Bc",
    "https://x.example/#a#b": "https://x.example/#a%23b",
    "https://x.example/?a[]=1&b={}|^`\\": "https://x.example/?a%5B%5D=1&b=%7B%7D%7C%5E%60%5C",
    "https://x.example/'\"><script>": "https://x.example/'%22%3E%3Cscript%3E",
    "https://x.example/\u202egnp\ue000😀": "https://x.example/%E2%80%AEgnp%EE%80%80%F0%9F%98%80",
    "https://[2001:db8::1]:8443/x": "https://[2001:db8::1]:8443/x",
    "https://x.example/%s{0}%(x)s": "https://x.example/%25s%7B0%7D%25(x)s",
    "https://text.invalid/3": "https://text.invalid/3",
    "http://x.example": "http://x.example",
    "javascript:alert(1)": None,
    "java\nscript:alert(1)": None,
    "data:text/html,<script>alert(1)</script>": None,
    "file:///etc/passwd": None,
    "https://": None,
    "https:///x": None,
    "https://[::1": None,
    "https://[fe80::1%25eth0]/": None,
    "https://x.example:99999/": None,
    "https://x\ud800.example/": None,
    "https://" + "ü" * 64 + ".example/": None,
    "https://\u200b.example/": None,
    "https://ü..example/": None,
    "//x.example/": None,
    "_:b0": None,
    "@id": None,
    "": None,
}
GOOD_LINKS = [link for link, told in LINKS.items() if told]
BAD_LINKS = [link for link, told in LINKS.items() if not told]

#: Addresses of people, each in two spellings of one mailbox.
MAILBOXES = {
    "Ada.Lovelace@DISTRICT.Example": "ada.lovelace@district.example",
    "ADA@DISTRICT.EXAMPLE": " Ada@District.Example\n",
    "o'hara+x@d.example": "O'HARA+X@D.EXAMPLE",
    "åsa@exämple.example": "ÅSA@EXÄMPLE.EXAMPLE",
    '"a b"@d.example': '"A B"@d.example',
    "%s{0}@d.example": "%S{0}@D.example",
    "a@b": "A@B",
}

#: Any text at all, of those characters above all on which somebody might stumble.
characters = st.characters(exclude_categories=()) | st.sampled_from(
    "\"'\\<>&%{}[]()@_:.#$`\0\b\t\n\x0b\x0c\r\x1b\x7f\x85\x9b\u200b\u2028\u202e\ud800\udfff\ue000\uffe5\ufffe\U0001f600"
)
texts = st.one_of(
    st.text(characters, max_size=60),
    st.sampled_from(sorted(TEXTS.values())),
    st.lists(st.sampled_from(sorted(text[:200] for text in TEXTS.values())), max_size=3).map("".join),
)


def award(text: str, issuer: Issuer, link: str = "https://x.example/1") -> Award:
    """Return an award of *issuer* that says *text* wherever people may write, beside *link* wherever links may stand.

    What must not be empty begins with "x". Of a text of more than 200 characters all stands in the narrative alone.
    Whatever *text* and *link* are, the credentials have one shape.
    """
    said = f"x{text[:200]}"
    return make_award(
        issuer.url,
        recipient="Ada.Lovelace@DISTRICT.Example",
        achievement=achievement(said, issuer.url, link),
        name=said,
        evidence=(EvidenceItem(said, link, said, said, said), EvidenceItem(f"another {said}")),
        narrative=f"x{text}",
        results=(Result("rubric", said, "a"), Result("grade", said)),
    )


def achievement(said: str, url: str, link: str) -> Achievement:
    """Return an achievement at *url* all of whose words are *said*; two of its alignments are one."""
    target = Alignment(said, link, said, said, said, "CFItem")
    levels = (RubricLevel("a", said, said, said, said), RubricLevel("b", "x", "x", "x", "x"))
    return Achievement(
        id=f"{url}/achievements/a.html",
        badge_class_url=f"{url}/achievements/a.json",
        name=said,
        description=said,
        criteria=said,
        image_url=f"{url}/achievements/a.png",
        tags=(said, said, said),
        hours=2.5,
        version="1",
        alignments=(target, target, replace(target, code=f"another {said}")),
        result_descriptions=(
            ResultDescription("rubric", said, "RubricCriterionLevel", levels, "a"),
            ResultDescription("grade", said, "LetterGrade", allowed_values=(said, "A"), required_value=said),
        ),
    )
