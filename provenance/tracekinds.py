# ruff: noqa: E501 - a catalogue: wrapped lines would be harder to read
"""Every kind of trace: what it says, what follows from it, and an example of each pattern.

The one list of traces. Attribution and look-ups ask it what a kind stands for, reports take
their sentences from it, docs/traces.md is written from it, and the tests hold every example and
every near miss against the reader. Examples are ours: invented outlets under reserved hosts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from provenance.models import Strength

#: Where an example's markup stands in the page that is made of it (see tests/test_traces.py).
Place = Literal["head", "start", "end", "after", "text", "title", "byline", "root"]


@dataclass(frozen=True, slots=True)
class Example:
    """One pattern of a kind: markup that leaves the trace, and its near miss, which must not.

    ``seen`` is true when the pattern was met on a real page of ours to measure on; else it is
    known from the documentation or code of the program that writes it. The near miss stands at
    the same place, unless ``near_place`` says otherwise.
    """

    what: str
    strength: Strength
    place: Place
    page: str
    near: str
    seen: bool = False
    near_place: Place | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of trace.

    ``says`` is what the page does, for people: ``{name}`` is the site, name or mechanism that it
    names. ``open``: a reader of the page can see whose text it is, so it counts as attribution.
    ``licence``: it also says that this was permitted. ``page``: its URL is an article's, worth
    looking up among the originals. ``hearsay``: it names an outlet and points to no page.
    ``declared``: it stands in the page's head, written by a template, where one wrong setting
    writes all of them.
    """

    name: str
    group: str
    says: str
    examples: tuple[Example, ...]
    open: bool = False
    licence: bool = False
    page: bool = False
    hearsay: bool = False
    declared: bool = False


_S = "https://harbourpost.example/news/pier-shut"
_UP = "https://harbourpost.example/wp-content/uploads/2025/07/pier-1751569992.jpg"
_A = f"<a href='{_S}'>Harbour Post</a>"
_OWN = "https://www.copyquay.example/2025/07/other"
_INNER = " and ".join(
    f"<a href='https://harbourpost.example/news/{n}'>item {n}</a>" for n in range(4)
)
_TAGS = _INNER.replace("/news/", "/tag/")
# "news@harbourpost.example" and "news@copyquay.example" under the key 5a.
_MAIL = "5a343f2d291a323b2838352f282a35292e743f223b372a363f"
_MAIL_OWN = "5a343f2d291a39352a232b2f3b23743f223b372a363f"


def _ld(field: str, value: str = f'"{_S}"', kind: str = "NewsArticle") -> str:
    return f'<script type="application/ld+json">{{"@type": "{kind}", "{field}": {value}}}</script>'


HEAD = "Links and head"
PICTURES = "Pictures"
TEXT = "Text"
SYSTEM = "Feed, system and tools"

# One line an example: a formatter would make nine of each.
# fmt: off
KINDS: tuple[Kind, ...] = (
    Kind(
        "source-link", HEAD, "links {name} as its source",
        (
            Example('a link under the article: “Source link”, “Go to Source”, “Read the original article”, in many languages', 'strong', 'end', f"<p><a href='{_S}'>Source link</a></p>", f"<p><a href='{_OWN}'>Source link</a></p>", seen=True),
            Example('the same in other languages', 'strong', 'end', f'<p>Quelle: {_A}</p>', f"<p>Quelle: <a href='{_OWN}'>Copy Quay</a></p>"),
            Example('“Source:” before a link', 'strong', 'end', f'<p>Source: {_A}</p>', "<p>Source: <a href='https://www.facebook.com/pier'>Facebook</a></p>"),
            Example('“Source:” before an address that is no link', 'strong', 'end', f'<p>Source: {_S}</p>', '<p>Source of the river, and of our trouble.</p>'),
            Example('“Originally published on”, “Read more at” and a link', 'strong', 'end', f'<p>Originally published on {_A}</p>', f'<p>Her novel was first published by {_A} in 1911, when the pier was new.</p>', seen=True),
            Example('“Via”, “h/t” and a link: as often thanks for a hint', 'medium', 'end', f'<p>Via {_A}</p>', f"<p>Via <a href='{_OWN}'>Copy Quay</a></p>", seen=True),
            Example('“Read more” as the last line', 'medium', 'end', f"<p><a href='{_S}'>Read more</a></p>", f"<div class='related-stories'><p><a href='{_S}'>Read more</a></p></div>", near_place='after'),
            Example("“Source:” and an outlet's name", 'medium', 'end', '<p>Source: Harbour Post</p>', '<p>Source: a fisherman</p>'),
        ),
        open=True, page=True,
    ),
    Kind(
        "canonical", HEAD, "declares a page of {name} to be its original address",
        (
            Example('`rel=canonical` on another site', 'strong', 'head', f"<link rel='canonical' href='{_S}'>", f"<link rel='canonical' href='{_OWN}'>", seen=True),
            Example('the front page of another site', 'medium', 'head', "<link rel='canonical' href='https://harbourpost.example/'>", "<link rel='canonical' href='https://copyquay.test/pier'>"),
        ),
        open=True, page=True, declared=True,
    ),
    Kind(
        "og-url", HEAD, "gives an address of {name} as its own to those who share it",
        (
            Example('`og:url`, `twitter:url` on another site', 'strong', 'head', f"<meta property='og:url' content='{_S}'>", "<meta property='og:url' content='/2025/07/x'>"),
        ),
        open=True, page=True, declared=True,
    ),
    Kind(
        "amp-link", HEAD, "gives a page of {name} as its own short (AMP) version",
        (
            Example('`rel=amphtml` on another site', 'strong', 'head', f"<link rel='amphtml' href='{_S}/amp'>", "<link rel='amphtml' href='https://www.copyquay.example/2025/07/x/amp'>"),
            Example("the same with a query; a copy in Google's AMP cache is the page's own", 'strong', 'head', f"<link rel='amphtml' href='{_S}?outputType=amp'>", "<link rel='amphtml' href='https://www-copyquay-example.cdn.ampproject.org/c/s/www.copyquay.example/x'>"),
        ),
        page=True, declared=True,
    ),
    Kind(
        "short-link", HEAD, "gives an address of {name} as its own short link",
        (
            Example("`rel=shortlink` on another site (WordPress: `?p=NUMBER`, the feed's GUID)", 'strong', 'head', "<link rel='shortlink' href='https://harbourpost.example/?p=4711'>", "<link rel='shortlink' href='https://wp.me/p1-2'>"),
            Example('`wp-json` of a post on another site', 'strong', 'head', "<link rel='alternate' type='application/json' href='https://harbourpost.example/wp-json/wp/v2/posts/4711'>", "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/posts/4711'>"),
        ),
        page=True, declared=True,
    ),
    Kind(
        "base-href", HEAD, "resolves its links as if it stood on {name}",
        (
            Example('`<base href>` on another site', 'strong', 'head', "<base href='https://harbourpost.example/news/'>", "<base href='https://www.copyquay.example/'>"),
        ),
        declared=True,
    ),
    Kind(
        "jsonld", HEAD, "names {name} in its page data",
        (
            Example('`mainEntityOfPage`, `url`, `isBasedOn`, `sameAs` of an article', 'strong', 'head', _ld('isBasedOn'), _ld('url', f'"{_S}"', 'Organization')),
            Example('`mainEntityOfPage` as an object', 'strong', 'head', _ld('mainEntityOfPage', f'{{"@id": "{_S}"}}'), _ld('mainEntityOfPage', '{"@id": "/2025/07/x"}')),
            Example('`publisher`, `copyrightHolder`: often the mother company', 'medium', 'head', _ld('copyrightHolder', '{"url": "https://harbourpost.example/"}'), _ld('publisher', '{"url": "https://www.copyquay.example/"}')),
        ),
        open=True, page=True, declared=True,
    ),
    Kind(
        "syndication-source", HEAD, "names {name} in a syndication field",
        (
            Example('`syndication-source` (Google News)', 'strong', 'head', f"<meta name='syndication-source' content='{_S}'>", f"<meta name='syndication-source' content='{_OWN}'>"),
        ),
        open=True, licence=True, page=True,
    ),
    Kind(
        "original-source", HEAD, "names {name} as the original source in a syndication field",
        (
            Example('`original-source` (Google News)', 'strong', 'head', f"<meta name='original-source' content='{_S}'>", f"<meta name='original-source' content='{_OWN}'>"),
        ),
        open=True, licence=True, page=True,
    ),
    Kind(
        "dc-source", HEAD, "names {name} as the work that it derives from",
        (
            Example('`DC.source` with an address (Dublin Core)', 'strong', 'head', f"<meta name='DC.source' content='{_S}'>", "<meta name='DC.source' content='Copy Quay, print edition'>"),
        ),
        open=True, page=True, declared=True,
    ),
    Kind(
        "republish-pixel", HEAD, "carries the counter that {name} gives to those who may republish it",
        (
            Example("The Conversation's counter", 'strong', 'end', "<p>End.<img src='https://counter.theconversation.com/content/113886/count.gif' width='1' height='1'></p>", "<p>End.<img src='https://counter.copyquay.example/content/113886/count.gif' width='1'></p>"),
            Example("ProPublica's pixel", 'strong', 'end', "<script src='https://pixel.propublica.org/pixel.js' async></script>", "<script src='https://pixel.copyquay.example/pixel.js' async></script>"),
            Example('Republication Tracker Tool (WordPress)', 'strong', 'end', "<p>End.<img id='republication-tracker-tool-source' src='https://harbourpost.example/?republication-pixel=true&amp;post=4711'></p>", "<p>End.<img src='/?republication-pixel=true&amp;post=4711'></p>"),
            Example("GroundUp's counter", 'strong', 'end', "<p>End.<img src='https://republish.groundup.org.za/counter/hit/2025-07-03/pier'></p>", "<p>End.<img src='https://republish.copyquay.example/counter/hit/2025-07-03/pier'></p>"),
        ),
        open=True, licence=True,
    ),
    Kind(
        "republish-notice", TEXT, "says in a notice that it was published by {name} before",
        (
            Example('“Republished with permission from …”', 'strong', 'end', f'<p>Republished with permission from the {_A}.</p>', '<p>Her first book was published by a small house in Skerrow.</p>'),
            Example('“republished … under a Creative Commons licence”', 'strong', 'end', f'<p>This story is republished from {_A} under a Creative Commons license.</p>', '<p>The photographs on our site are under a Creative Commons licence.</p>'),
            Example('“This article was first published by …”', 'strong', 'end', f'<p>This article was first published by {_A} and is used here.</p>', "<p>This article was first published on <a href='/x'>Copy Quay</a>.</p>", seen=True),
        ),
        open=True, page=True,
    ),
    Kind(
        "cc-mark", HEAD, "carries a Creative Commons mark ({name})",
        (
            Example('`rel=license` in the article', 'medium', 'end', "<p>Text: <a rel='license' href='https://creativecommons.org/licenses/by/4.0/'>CC BY 4.0</a></p>", "<footer><a rel='license' href='https://creativecommons.org/licenses/by/4.0/'>CC BY 4.0</a></footer>", near_place='after'),
            Example('`rel=license` in the head', 'medium', 'head', "<link rel='license' href='https://creativecommons.org/licenses/by-nd/4.0/'>", "<link rel='license' href='/terms'>"),
            Example("`license` in the article's page data", 'medium', 'head', _ld('license', '"https://creativecommons.org/licenses/by/4.0/"'), _ld('license', '"https://creativecommons.org/licenses/by/4.0/"', 'ImageObject')),
        ),
    ),
    Kind(
        "noindex", HEAD, "asks search engines not to list it",
        (
            Example('`robots`, `Googlebot-News` with `noindex`', 'weak', 'head', "<meta name='Googlebot-News' content='noindex'>", "<meta name='robots' content='index, follow'>", seen=True),
        ),
    ),
    Kind(
        "internal-links", HEAD, "keeps the links that {name} sets inside its own articles",
        (
            Example('three links and more, half of all in the text, to articles of one other site', 'medium', 'text', _INNER, _INNER + ''.join(f" <a href='/own/{n}'>own {n}</a>" for n in range(9)), seen=True),
            Example('the same to tag, topic or author pages', 'strong', 'text', _TAGS, ' and '.join(_TAGS.split(' and ')[:2])),
        ),
    ),
    Kind(
        "promo-line", TEXT, "keeps a line by which {name} leads readers to its other articles",
        (
            Example('“READ MORE: …” between the paragraphs', 'medium', 'text', f"</p><p>READ MORE: <a href='{_S}'>Ferry moves to the fish dock</a></p><p>", "</p><p>READ MORE: <a href='/ferry'>Ferry moves to the fish dock</a></p><p>"),
            Example('“Sign up for our newsletter” that leads elsewhere', 'medium', 'end', "<p>Sign up for <a href='https://harbourpost.example/newsletter'>our newsletter</a></p>", "<p>Sign up for <a href='/newsletter'>our newsletter</a></p>"),
        ),
    ),
    Kind(
        "tracking-params", HEAD, "links {name} with the marks of a feed or campaign",
        (
            Example('`at_medium=RSS`, `traffic_source=rss`, `utm_medium=feed`', 'medium', 'text', f"<a href='{_S}?at_medium=RSS'>pier</a>", f"<a href='{_OWN}?utm_source=rss'>pier</a>"),
            Example("FeedBurner's redirecting links", 'medium', 'text', "<a href='https://feedproxy.google.com/~r/harbourpost/~3/abc/'>pier</a>", "<a href='https://feeds.example/~r/harbourpost/'>pier</a>"),
            Example('`utm_source` of some campaign', 'weak', 'text', f"<a href='{_S}?utm_source=partner'>pier</a>", f"<a href='{_S}?page=2'>pier</a>", seen=True),
        ),
    ),
    Kind(
        "hotlink", PICTURES, "loads a picture from {name}",
        (
            Example("a picture in the dated upload folder of an outlet's front host", 'strong', 'start', f"<img src='{_UP}'>", "<img src='https://d111abc.cloudfront.net/uploads/2025/07/pier.jpg'>"),
            Example("a picture elsewhere on the outlet's front host", 'medium', 'start', "<img src='https://harbourpost.example/img/pier.jpg'>", "<img src='https://cdn.copyquay.example/img/pier.jpg'>"),
            Example('a picture on some other host, which may be a picture service', 'weak', 'start', "<img src='https://media.harbourpost.example/a/pier.jpg'>", "<img src='/media/pier.jpg'>", seen=True),
            Example('the same in `srcset` or `data-src`', 'strong', 'start', f"<img data-src='{_UP}'>", "<img data-src='/wp-content/uploads/2025/07/pier.jpg'>"),
            Example('the same in `og:image`', 'strong', 'head', f"<meta property='og:image' content='{_UP}'>", "<meta property='og:image' content='/wp-content/uploads/2025/07/pier.jpg'>"),
        ),
    ),
    Kind(
        "image-proxy", PICTURES, "loads a picture of {name} through a proxy",
        (
            Example('`i0.wp.com/HOST/…` (Jetpack)', 'strong', 'start', "<img src='https://i0.wp.com/harbourpost.example/wp-content/uploads/a.jpg?w=9'>", "<img src='https://i0.wp.com/copyquay.example/wp-content/uploads/a.jpg?w=9'>"),
            Example('`images.weserv.nl`, `wsrv.nl`', 'strong', 'start', "<img src='https://images.weserv.nl/?url=harbourpost.example/2025/07/b.jpg'>", "<img src='https://images.weserv.nl/?url=copyquay.example/2025/07/b.jpg'>"),
            Example('the AMP cache (`HOST.cdn.ampproject.org/i/`)', 'strong', 'start', "<img src='https://harbourpost-example.cdn.ampproject.org/i/s/harbourpost.example/2025/07/b.jpg'>", "<img src='https://copyquay-example.cdn.ampproject.org/i/s/copyquay.example/2025/07/b.jpg'>"),
            Example('`/_next/image?url=` (Next.js)', 'strong', 'start', "<img src='/_next/image?url=https%3A%2F%2Fharbourpost.example%2F2025%2F07%2Fc.jpg&w=6'>", "<img src='/_next/image?url=%2F2025%2F07%2Fc.jpg&w=6'>"),
        ),
    ),
    Kind(
        "agency-picture", PICTURES, "shows a picture that {name} numbered",
        (
            Example('the file name of a picture agency: `AP` and 14 digits, `RC2…`, `GettyImages-…`, `AFP__`', 'weak', 'start', "<img src='/img/AP25184567890123-scaled.jpg'>", "<img src='/img/AP2518-scaled.jpg'>", seen=True),
        ),
        hearsay=True,
    ),
    Kind(
        "photo-credit", PICTURES, "credits a picture to {name}",
        (
            Example('“Photo: Harbour Post”, “[NAME/Harbour Post]” under a picture', 'weak', 'start', "<figure><img src='/p.jpg'><figcaption>The grain pier. Photo: Harbour Post</figcaption></figure>", "<figure><img src='/p.jpg'><figcaption>The grain pier. Photo: Maud Tarrow</figcaption></figure>"),
        ),
        hearsay=True,
    ),
    Kind(
        "feed-footer", TEXT, "ends as an imported feed item of {name} does",
        (
            Example('“The post … appeared first on …” (Yoast), in many languages', 'strong', 'end', f"<p>The post <a href='{_S}'>Pier shut</a> appeared first on <a href='https://harbourpost.example/'>Harbour Post</a>.</p>", f"<p>The post <a href='{_OWN}'>Pier</a> appeared first on <a href='/'>Copy Quay</a>.</p>"),
            Example('the same without a link', 'medium', 'end', '<p>The post Pier shut appeared first on Harbour Post.</p>', '<p>The post appeared first on the quay in 1911.</p>'),
        ),
        open=True, page=True,
    ),
    Kind(
        "email-protected", TEXT, "keeps an address that {name} had hidden from robots",
        (
            Example('`data-cfemail`, decoded, of a newsroom elsewhere', 'strong', 'end', f"<p>Write to <a data-cfemail='{_MAIL}'>us</a></p>", f"<p>Write to <a data-cfemail='{_MAIL_OWN}'>us</a></p>"),
            Example('`/cdn-cgi/l/email-protection#…`, decoded', 'strong', 'end', f"<p>Write to <a href='/cdn-cgi/l/email-protection#{_MAIL}'>us</a></p>", f"<p>Write to <a href='/cdn-cgi/l/email-protection#{_MAIL_OWN}'>us</a></p>"),
            Example('“[email protected]” bare, as text', 'medium', 'byline', "<p class='byline'>By [email&#160;protected]</p>", "<p class='byline'>By Maud Tarrow, maud@copyquay.example</p>"),
        ),
    ),
    Kind(
        "section-suffix", TEXT, "keeps the name of a section or outlet in its title ({name})",
        (
            Example('“… | Harbour News” at the end of the title', 'medium', 'title', 'Grain pier in Port Ellery closes | Harbour News', 'Grain pier in Port Ellery closes | World News | Copy Quay'),
        ),
        hearsay=True,
    ),
    Kind(
        "told-outlet", TEXT, "says that {name} did the asking",
        (
            Example('“told Reuters”, once', 'weak', 'text', '“It is a pity,” she told Reuters.', 'She told Copy Quay that it hurts, and told Parliament.', seen=True),
            Example('twice, or “reporting for the Harbour Post”', 'medium', 'text', 'Finn Oakes, reporting for the Harbour Post, was there.', 'Finn Oakes, reporting for duty, was there.', seen=True),
            Example("“Harbour Post's Finn Oakes, reporting from …”", 'medium', 'text', 'The Harbour Post’s Finn Oakes, reporting from Skerrow, said so.', 'The harbour’s Finn Oakes, reporting from Skerrow, said so.'),
        ),
        hearsay=True,
    ),
    Kind(
        "wire-credit", TEXT, "credits the agency {name}",
        (
            Example('a dateline: “HAYWARD, Calif. (AP) —”', 'medium', 'text', '^PORT ELLERY, Maine (AP) — ', '^SKERROW (Copy Quay) — ', seen=True),
            Example('the same of an agency that is in no table', 'medium', 'text', '^SKERROW (Northwire) - ', '^The council (which sits in Skerrow) — '),
            Example('“Reporting by …; Editing by …” (Reuters)', 'medium', 'end', '<p>(Reporting by Maud Tarrow; Editing by Finn Oakes)</p>', '<p>Reporting by night is dangerous; so is editing.</p>'),
            Example('“The Associated Press contributed to this report”', 'medium', 'end', '<p>The Associated Press contributed to this report.</p>', '<p>The harbour master contributed to this report.</p>'),
            Example('an agency as the author', 'medium', 'head', "<meta name='author' content='Agence France-Presse'>", "<meta name='author' content='Agnes Prest'>", seen=True),
        ),
        hearsay=True,
    ),
    Kind(
        "house-furniture", TEXT, "keeps words of the page furniture of {name}",
        (
            Example('“list 1 of 3 … end of list” (Al Jazeera, for screen readers)', 'medium', 'text', '</p><ul><li>list 1 of 3 Ferry moves</li><li>list 2 of 3 Rents</li></ul><p>end of list</p><p>', '</p><p>He is third on the list of 3 and at the end of the list.</p><p>'),
            Example('“Image source, … Image caption, …” (BBC)', 'medium', 'text', '</p><p>Image source, Maud Tarrow</p><p>Image caption, The pier in spring</p><p>', '</p><p>The image caption was wrong, he said.</p><p>'),
            Example('“Listen to this article”, “Photo of author” (themes and players)', 'weak', 'text', '</p><p>Photo of author</p><p>', '</p><p>The photo of the author hung over the bar of the inn.</p><p>'),
        ),
        hearsay=True,
    ),
    Kind(
        "import-fields", SYSTEM, "carries the field in which an importer noted {name}",
        (
            Example('`wpe_sourcepermalink` (WPeMatico), `feedzy_item_url`, `wprss_item_permalink`, `syndication_permalink` (FeedWordPress), `original_source`, `original_link`', 'strong', 'end', f"<p data-feedzy_item_url='{_S}'>End.</p>", f"<p data-feedzy_item_url='{_OWN}'>End.</p>"),
            Example('the same as a meta field', 'strong', 'head', f"<meta name='wpe_sourcepermalink' content='{_S}'>", "<meta name='wpe_sourcepermalink' content='/x'>"),
            Example("the same in a script's data", 'strong', 'head', '<script>var post = {"syndication_permalink":"https:\\/\\/harbourpost.example\\/news\\/pier-shut"};</script>', '<script>var post = {"permalink":"https:\\/\\/harbourpost.example\\/news\\/pier-shut"};</script>'),
        ),
        page=True,
    ),
    Kind(
        "import-plugin", SYSTEM, "was made with an import tool ({name})",
        (
            Example('classes of import plugins: `wprss-feed-meta`, `feedzy-rss-link-icon`, …', 'medium', 'start', "<div class='wprss-feed-meta'>Feed</div>", '<p>They use wp-automatic and feedwordpress there.</p>'),
            Example('their asset paths: `/plugins/feedzy-rss-feeds/`, `wp-automatic`, `cyberseo`, `echo-rss`, …', 'medium', 'head', "<link rel='stylesheet' href='/wp-content/plugins/feedzy-rss-feeds/css/a.css'>", "<link rel='stylesheet' href='/feedzy-rss-feeds-review/a.css'>"),
            Example('their `generator`', 'medium', 'head', "<meta name='generator' content='FeedWordPress 2022.0222'>", "<meta name='generator' content='WordPress 6.5'>"),
        ),
    ),
    Kind(
        "machine-translation", SYSTEM, "was put through a translator ({name})",
        (
            Example('`<font style="vertical-align: inherit;">` (Google Translate, saved from a browser)', 'medium', 'text', "<font style='vertical-align: inherit;'>One line.</font> <font style='vertical-align: inherit;'>Two.</font>", "<font color='red'>One line.</font> <font color='red'>Two.</font>"),
            Example('`translated-ltr`', 'medium', 'root', "<html lang='en' class='translated-ltr'>", "<html lang='en' class='ltr'>"),
            Example('links to `translate.goog`', 'medium', 'text', "<a href='https://harbourpost-example.translate.goog/news/1'>pier</a>", "<a href='https://translate.google.com/'>a translator</a>"),
        ),
    ),
    Kind(
        "model-residue", SYSTEM, "keeps words of a rewriting tool",
        (
            Example('“Sure! Here is the rewritten article”, “As an AI language model, I …”', 'medium', 'text', '^Sure! Here is the rewritten article about the old grain pier: ', 'It wrote: “As an AI language model, I cannot vote.”'),
            Example('spinner braces: `{council|board}`, twice', 'medium', 'text', 'The {council|board} met in the {hall|room} at once.', 'The set {left|right} is small.'),
        ),
    ),
    Kind(
        "hidden-characters", SYSTEM, "has characters that cannot be seen inside its words",
        (
            Example('zero-width characters inside words of Latin, Greek or Cyrillic letters, five and more', 'medium', 'text', 'The cou\u200bncil m\u200bet in the ha\u200bll and vo\u200bted at on\u200bce.', 'A soft hy\xadphen is ty\xadpog\xadra\xadphy, not a mark of any\xadthing.'),
        ),
    ),
)
# fmt: on

BY_NAME: dict[str, Kind] = {kind.name: kind for kind in KINDS}


# What these name is a tool, a right or nothing, never an outlet.
_NOBODY = frozenset(
    {"import-plugin", "machine-translation", "model-residue", "hidden-characters", "noindex"}
    | {"cc-mark", "agency-picture", "tracking-params"}
)


def names_somebody(kind: str) -> bool:
    """Whether a trace of this kind without a site may name an outlet by its value."""
    return kind in BY_NAME and kind not in _NOBODY


def named(**flags: bool) -> frozenset[str]:
    """The names of the kinds whose flags are as given."""
    return frozenset(
        kind.name for kind in KINDS if all(getattr(kind, flag) is on for flag, on in flags.items())
    )


def sentence(kind: str, name: str) -> str:
    """What a page with such a trace does, for people; ``name`` is what the trace names."""
    known = BY_NAME.get(kind)
    return (known.says if known else f"{kind}: {{name}}").replace("{name}", name)
