"""Texts that have broken other software. Each becomes a badge in which all that people may write is that text."""

from __future__ import annotations

TEXTS = {
    "quotes": "\"She said\": 'it’s “done”' \\ \\\\ \\n %s {0} ${x} #{y}",
    "markup": "<script>alert(1)</script> &amp; <b>bold</b> ]]> <!-- --> <?xml?> <![CDATA[x]]>",
    "newlines": "one\ntwo\r\nthree\rfour\n\n\nfive\u2028six\u2029seven\u0085eight",
    "controls": "page\x0cbreak, soft\x0bbreak, bell\x07, escape\x1b[31m, delete\x7f, nothing\x00 more\u200b",
    "tabs": "\tindented\t\tcode ",
    "emoji": "👩🏽‍🏫 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇺🇸 ❤️ \U0001f9d1\u200d\U0001f680",
    "private use beside emoji": "\ue000 \uffe5 \U0001f331 \U0010fffd",
    "right to left": "שלום עולם, مرحبا بالعالم ‏12‏ \u202eevil\u202c \u2066isolated\u2069",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘! e\u0301 é",
    "compatibility": "ﬁ Ⅳ ㈱ ﷺ ǅ İstanbul ẞ ŉ",
    "wide": "救急法 日本語 한국어 ไทย አማርኛ ᚠᛇᚻ 𠜎𠜱",
    "n-quads": '_:c14n0 <https://example.org/p> "o"@en . "^^<x> _:b0 \\u0041 \\U00000041',
    "json-ld": '@id @type @context https://www.w3.org/ns/credentials/v2 {"@value": 1} urn:uuid: _:b0 schema:name',
    "number-like": "1e5",
    "true-like": "true",
    "long": "All the things that I did, one after the other. " * 210,
    "byte order": "\ufeffstart\ufffe\uffff\ufdd0end",
    "addresses": "mailto:a@b.example HTTPS://BÜCHER.example/ü?q=ä#ß http://[::1]:80/ javascript:alert(1) //x",
}
