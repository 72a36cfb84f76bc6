# ruff: noqa: E501 - tables of patterns: wrapped lines would be harder to read
"""What marks of copying look like: the patterns, and nothing else.

The rules that use them stand beside, in ``traces`` and ``leftovers``.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _any(*parts: str) -> str:
    return "(?:" + "|".join(parts) + ")"


# --- end-of-article links -------------------------------------------------------------------

#: The whole text of a link that leads to the original.
SOURCE_ANCHOR = re.compile(
    "^[\\W_]*"
    + _any(
        r"(?:article )?source(?: ?link| ?url| article| here)?",
        r"(?:go|link|visit|back) to (?:the )?(?:original )?(?:source|article|post|story)",
        r"(?:click (?:here )?to )?(?:read|view|see|visit|open)(?: the)?(?: full| whole| complete"
        r"| entire)? original(?: article| story| post| source| version| here)?(?: (?:on|at|from|here).{0,40})?",
        r"(?:read|view|see)(?: the)? (?:full|whole|complete|entire|rest of the|rest of this) (?:article"
        r"|story|post|report|piece|text)(?: (?:on|at|from|here|in).{0,40})?",
        r"(?:read|see|view) (?:it |more |full )?(?:at|on|from) (?:the )?(?:source|original).{0,30}",
        r"(?:the )?original (?:article|source|post|story|link|text|content|version)",
        r"(?:this article )?(?:was )?(?:originally|first) (?:published|posted|appeared|seen)"
        r"(?: (?:on|in|at|by).{0,50})?",
        r"(?:full|continue reading the) (?:article|story|text) (?:at|on|via).{0,40}",
        # other languages
        r"(?:enlace|link|ir) ?(?:a la|al|de la|original)? ?(?:fuente|artículo original|noticia original)",
        r"fuente(?: original| de la noticia)?|leer (?:el |la )?(?:artículo|noticia|nota) (?:original"
        r"|completa?)|ver (?:artículo |noticia )?original|publicado originalmente(?: en.{0,40})?",
        r"fonte(?: original| dell'articolo| originale)?|leia (?:a matéria|o artigo|mais)"
        r" (?:original|complet[oa]|na fonte)|leggi (?:l'articolo|tutto l'articolo|la notizia)"
        r"(?: originale| completo| completa)?(?: su.{0,40})?|vai alla fonte|articolo originale",
        r"(?:lien )?source(?: de l'article| originale)?|(?:lire|voir) (?:l'article|la suite)"
        r"(?: original| complet| à la source| sur le site)(?:.{0,40})|article original",
        r"(?:zur )?(?:original)?quelle|(?:zum |den )?(?:original|ganzen )-?artikel(?: lesen)?(?: (?:bei|auf).{0,40})?"
        r"|original-?beitrag|weiterlesen (?:bei|auf).{2,40}|zuerst erschienen (?:bei|auf|in).{2,40}",
        r"bron(?:artikel)?|lees (?:het )?(?:hele|originele|volledige) artikel.{0,30}|oorspronkelijk artikel",
        r"źródło|czytaj (?:całość|oryginał|więcej na).{0,30}|(?:оригинал|источник)(?: (?:новости|статьи"
        r"|публикации|материала))?|читать (?:оригинал|в источнике|полностью на|далее на).{0,30}"
        r"|джерело(?: новини)?|перейти к источнику|первоисточник",
        r"kaynak(?: link)?|haberin kaynağı|haberin devamı.{0,30}|sumber(?: berita| artikel| asli)?"
        r"|baca (?:artikel )?(?:asli|selengkapnya di).{0,30}|nguồn(?: bài viết| tin)?|källa|kilde|lähde"
        r"|zdroj|forrás|sursa|izvor|πηγή|מקור|المصدر|رابط المصدر|المصدر الأصلي|اقرأ المقال الأصلي|منبع"
        r"|स्रोत|ที่มา",
        r"(?:記事)?(?:出典|元記事|引用元|情報源|ソース|原文)(?:を読む|はこちら)?|(?:原文|来源|出处|來源|阅读原文"
        r"|查看原文|原文链接|原文連結|信息来源)|(?:기사 ?)?(?:출처|원문)(?: 보기)?",
    )
    + "[\\W_]*$",
    re.IGNORECASE,
)
#: A label before the source's name or link.
SOURCE_LABEL = re.compile(
    r"^[\W_]*"
    + _any(
        r"(?:(?:news|article|story|content|original|information) )?source(?: link| url| article)?s?",
        r"(?:originally|first) (?:published|posted|appeared|seen|reported)(?: (?:on|in|at|by))?",
        r"(?:read (?:more|the full (?:article|story))|full (?:article|story)|more) (?:at|on|from)",
        r"(?:courtesy|credit)(?: of)?",
        r"original (?:article|post|story|link)|adapted from|reposted from|republished from|taken from",
        r"fuente(?: original)?s?|publicado originalmente en|con información de|tomado de|vía",
        r"fontes?(?: original)?|publicado originalmente em|com informações d[aeo]|tratto da|fonte",
        r"source de l'article|avec|publié initialement (?:sur|par)|initialement publié (?:sur|par)",
        r"(?:original)?quellen?|zuerst erschienen (?:bei|auf|in)|bron(?:nen)?|oorspronkelijk (?:verschenen|"
        r"gepubliceerd) (?:op|in|bij)",
        r"źródł[oa]|za|источник|первоисточник|по материалам|оригинал|джерело|за матеріалами",
        r"kaynak|sumber|nguồn|källa|kilde|lähde|zdroj|forrás|sursa|izvor|πηγή|מקור|المصدر|منبع|स्रोत|ที่มา",
        r"出典|元記事|引用元|情報源|ソース|来源|出处|來源|文章来源|信息来源|新闻来源|转自|출처",
    )
    + r"\s*(?P<mark>[:：\-–—>»|]|$|(?=\())\s*",
    re.IGNORECASE,
)
#: Labels that more often thank for a hint than name the copied text.
VIA_LABEL = re.compile(
    r"^[\W_]*(?:via|h/t|hat tip|par|per|credit|courtesy(?: of)?)\s*[:：\-–—]?\s*", re.IGNORECASE
)
#: Labels that end in a preposition need no colon.
BARE_LABEL = re.compile(
    r"^[\W_]*"
    + _any(
        r"(?:this (?:article|story|post) )?(?:was )?(?:originally|first) (?:published|posted|appeared)"
        r" (?:on|in|at|by)",
        r"(?:read (?:more|the full (?:article|story))|full (?:article|story)) (?:at|on|from)",
        r"publicado originalmente (?:en|em)|publié initialement (?:sur|par)|initialement publié (?:sur|par)",
        r"zuerst erschienen (?:bei|auf|in)|reposted from|republished from",
    )
    + r"\b",
    re.IGNORECASE,
)
#: "Read more" alone: counts only as the last thing of an article, and then by half.
MORE_ANCHOR = re.compile(
    r"^[\W_]*(?:read (?:more|on)|continue reading|more|full (?:article|story|text)|keep reading"
    r"|leer más|seguir leyendo|leia mais|lire la suite|weiterlesen|mehr lesen|leggi tutto|lees verder"
    r"|czytaj więcej|читать (?:далее|дальше|полностью)|подробнее|devamını oku|baca selengkapnya"
    r"|続きを読む|阅读更多|더 ?보기|اقرأ المزيد)[\W_]*$",
    re.IGNORECASE,
)

# --- notices --------------------------------------------------------------------------------

#: What feed plugins write under an imported post; the last link or the name is the origin.
FEED_FOOTER = re.compile(
    _any(
        r"\bThe (?:post|article|story) .{1,300}? (?:appeared first on|first appeared on|was first published on)"
        r" (?P<en>[^.\n]{2,80})",
        r"\b(?:La entrada|El artículo|La noticia) .{1,300}? (?:aparece primero en|apareció primero en"
        r"|se publicó primero en|fue publicado primero en) (?P<es>[^.\n]{2,80})",
        r"\bL['’]article .{1,300}? est apparu en premier sur (?P<fr>[^.\n]{2,80})",
        r"\bDer Beitrag .{1,300}? erschien zuerst auf (?P<de>[^.\n]{2,80})",
        r"\bL['’]articolo .{1,300}? (?:proviene da|sembra essere il primo su) (?P<it>[^.\n]{2,80})",
        r"\bO (?:post|artigo) .{1,300}? (?:apareceu primeiro em|apareceu primeiro no) (?P<pt>[^.\n]{2,80})",
        r"\bHet bericht .{1,300}? (?:verscheen eerst op) (?P<nl>[^.\n]{2,80})",
        r"\b(?:Сообщение|Запись) .{1,300}? (?:появились? сначала на|впервые появилась на) (?P<ru>[^.\n]{2,80})",
        r"\b(?:Artykuł|Wpis) .{1,300}? pochodzi z serwisu (?P<pl>[^.\n]{2,80})",
        r"\bInlägget .{1,300}? dök först upp på (?P<sv>[^.\n]{2,80})",
        r"\bPostingan .{1,300}? (?:pertama kali tampil|muncul pertama kali) (?:pada|di) (?P<id>[^.\n]{2,80})",
    )
)
_WORK = (
    r"(?:article|story|post|piece|report|essay|column|op-ed|commentary|interview|content|feature)"
)
REPUBLISH: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "permission",
        re.compile(
            r"\b(?:re-?published|re-?printed|reproduced|re-?posted|used|published) (?:here )?(?:\w+ ){0,3}"
            r"(?:with|by) (?:the )?(?:kind )?permission(?: (?:of|from) (?P<name>[^.,;()]{2,60}))?"
            r"|\b(?:reproducido|publicado) con (?:el )?permiso|\bavec l['’]autorisation de"
            r"|\bmit freundlicher genehmigung|\bс разрешения (?:редакции|издания)",
            re.IGNORECASE,
        ),
    ),
    (
        "creative-commons",
        re.compile(
            rf"\b(?:re-?published|this {_WORK}|shared|licen[cs]ed|reproduced|reposted|comes? to us).{{0,120}}"
            r"\bcreative commons\b(?: licen[cs]e)?",
            re.IGNORECASE,
        ),
    ),
    (
        "republished",
        re.compile(
            rf"\bthis {_WORK} (?:is|was|has been) (?:re-?published|re-?posted|reprinted|syndicated)"
            r" (?:here )?(?:from|by|via) (?P<name>[^.,;()]{2,60})",
            re.IGNORECASE,
        ),
    ),
    (
        "first-published",
        re.compile(
            rf"\b(?:this|the following|a version of this) {_WORK} (?:was |has |had )?(?:originally |first )"
            r"(?:been )?(?:published|appeared|posted|ran|written|produced)(?: \w+ \d{1,2},? \d{4})?"
            r"(?: (?:on|in|at|by|for|with) (?P<name>[^.,;()]{2,60}))"
            r"|\beste artículo (?:fue publicado|se publicó|apareció) (?:originalmente|por primera vez)"
            r"|\bcet article (?:a été|est) (?:initialement|d['’]abord) (?:publié|paru)"
            r"|\bdieser (?:artikel|beitrag|text) (?:ist|wurde|erschien) (?:zuerst|ursprünglich)"
            r"|\b(?:статья|материал) впервые опубликован",
            re.IGNORECASE,
        ),
    ),
)
LICENSED_NOTICES = frozenset({"permission", "creative-commons", "republished"})

#: The opening of a wire report: place, agency in brackets, dash.
DATELINE = re.compile(
    r"^\W{0,3}(?P<place>[\w.'’ /,&-]{2,70}?),?\s*[(\[](?P<agency>[\w.'’&/ -]{2,40})[)\]]\s*[—–―‒-]{1,2}\s*\S"
)
#: The closing of a wire report.
REPORTING_BY = re.compile(
    r"[(\[]?\b(?:Additional )?Reporting by [\w .,'’-]{3,160}?[;.] ?(?:\w+ by [\w .,'’-]{3,120}; ?)?"
    r"(?:Writing|Editing) by [\w .,'’-]{3,120}",
)
CONTRIBUTED = re.compile(
    r"\b(?P<agency>(?:The )?[A-Z][\w.&'’-]{0,40}(?: [A-Z][\w.&'’-]{0,40}){0,4}) (?:also )?contributed to this (?:report"
    r"|story|article)\b"
)
TOLD = re.compile(
    r"\b(?P<verb>told|tells|spoke to|speaking to|speaking with|in an interview (?:with|to)"
    r"|in a statement to|reporting for|reported for|reporting from|correspondent for)"
    r" (?P<name>(?:[Tt]he )?[A-ZÀ-Þ][\w.&'’/-]*(?: (?:of |de )?[A-ZÀ-Þ][\w.&'’/-]*){0,4})"
)

#: "Harbour Post's Finn Oakes, reporting from Skerrow": only the Post writes so.
REPORTING_FROM = re.compile(
    r"\b(?P<name>(?:[Tt]he )?[A-ZÀ-Þ][\w.&-]{0,40}(?: [A-ZÀ-Þ][\w.&-]{0,40}){0,3})['’]s"
    r" (?:[A-ZÀ-Þ][\w'’-]{1,30} ?){1,3}, (?P<verb>reporting|reports) from\b"
)
#: Words of page furniture that copying takes along, each line whole, and whose they are.
FURNITURE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^\W*(?:list \d{1,2} of \d{1,2}\b|end of list\W*$)"), "Al Jazeera"),
    (re.compile(r"^\W*Image (?:source|caption), "), "BBC"),
    (
        re.compile(
            r"^\W*(?:photo of author|listen to this article|share this(?: story| article)?)\W*$",
            re.IGNORECASE,
        ),
        "",
    ),
)
#: A line by which a house leads on to its own articles, and one that asks to sign up.
PROMO = re.compile(
    r"^\W*(?:read (?:more|also|next)|also read|see also|watch|more on this|don['’]t miss|recommended"
    r"|lee también|lea también|leia também|lire aussi|lesen sie auch|leggi anche|lees ook|читайте также"
    r"|czytaj też|ayrıca oku|baca juga)\s*[:：|»>–—-]",
    re.IGNORECASE,
)
NEWSLETTER = re.compile(r"\b(?:sign up|subscribe)\b.{0,60}\bnewsletter", re.IGNORECASE)
PHOTO_CREDIT = re.compile(
    r"(?:\b(?:Photos?|Pictures?|Images?|Photograph|Foto|Credit)(?: (?:by|courtesy of|credit))?\s*:\s*"
    r"|\[[^\]\[/]{2,60}/\s*)(?P<name>[A-ZÀ-Þ][^\]\[.,;|()/]{2,40})"
)
#: How picture agencies name their files.
AGENCY_FILES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![A-Za-z0-9])AP_?\d{11,14}(?!\d)"), "associated press"),
    (
        re.compile(
            r"RTRMADP|(?<![A-Za-z0-9])(?:RC2[A-Z0-9]{8,12}|RT[SX][A-Z0-9]{5,6})(?![A-Za-z0-9])"
        ),
        "reuters",
    ),
    (re.compile(r"(?<![A-Za-z0-9])(?:AFP__|000_[0-9A-Z]{5,8}(?![A-Za-z0-9]))"), "afp"),
    (re.compile(r"gettyimages-\d{5,}", re.IGNORECASE), "getty images"),
)
#: Characters that nobody sees, inside a word of letters that are never joined by them.
HIDDEN = re.compile(
    "(?<=[A-Za-zÀ-ɏͰ-ϿЀ-ӿ])[\u180e\u200b\u2060-\u2064\ufe00-\ufe0f\ufeff]+(?=[A-Za-zÀ-ɏͰ-ϿЀ-ӿ])"
)

# --- mechanisms -----------------------------------------------------------------------------

#: One of these stands in whatever the pattern below finds.
IMPORT_WORDS = (
    "feedzy", "rss-", "-rss", "feedwordpress", "matic", "cyberseo", "autoblogging", "crawler",
    "wp-robot", "fivefilters", "feed2post",
)  # fmt: skip
IMPORT_PLUGINS = re.compile(
    r"feedzy-rss(?:-feeds|-link-icon)?|wp-rss-aggregator|wprss-(?:feed-meta|item|source)|feedwordpress"
    r"|wpematico|wp-automatic|wordpress-automatic|cyberseo|echo-rss|crawlomatic|newsomatic|autoblogging"
    r"|wp-content-crawler|rss-post-importer|wp-robot|rss-importer|fivefilters|full-text-rss|feed2post",
    re.IGNORECASE,
)
#: Fields in which importers keep where an item came from.
IMPORT_FIELDS = (
    "original_source", "original_guid", "original_link", "original_url", "syndication_permalink",
    "syndication_source_uri", "wprss_item_permalink", "feedzy_item_url", "wpe_sourcepermalink",
)  # fmt: skip
IMPORT_FIELD_IN_SCRIPT = re.compile(
    r"[\"'](?P<field>"
    + "|".join(IMPORT_FIELDS)
    + r")[\"']\s*:\s*[\"'](?P<url>https?:[^\"'\s]{6,800})[\"']"
)
#: Counters for those who republish, and whose they are; group 1 where the address tells it.
PIXELS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"^https?://counter\.theconversation\.com/content/\d+/count"),
        "theconversation.com",
    ),
    (re.compile(r"^https?://pixel\.propublica\.org/pixel\.(?:js|gif)"), "propublica.org"),
    (re.compile(r"^https?://republish\.groundup\.org\.za/counter/"), "groundup.org.za"),
    (re.compile(r"^https?://([\w.-]+)/[^?#]*\?(?:[^#]*&)?republication-pixel=true"), ""),
)
CREATIVE_COMMONS = re.compile(
    r"//creativecommons\.org/(?:licenses|publicdomain)/(?P<name>by(?:-[a-z]{2}){0,2}|zero|mark)\b",
    re.IGNORECASE,
)
#: A sentence that puts the text, not a picture, under a licence.
LICENSES_TEXT = re.compile(
    r"\b(?:this|our) (?:article|work|story|text|content|piece|post)s?\b|\brepublish|\blicen[cs]ed under",
    re.IGNORECASE,
)
OF_A_PICTURE = re.compile(
    r"\b(?:photo|image|picture|figure|illustration|map|video)s?\b", re.IGNORECASE
)
FEEDBURNER = re.compile(
    r"^https?://feed(?:proxy\.google|s\.feedburner|s2\.feedburner)\.com/~r/([\w-]+)", re.IGNORECASE
)
#: Image proxies that keep the origin's host in the URL. Group 1 is the origin.
IMAGE_PROXIES: tuple[re.Pattern[str], ...] = (
    re.compile(r"^https?://i[0-3]\.wp\.com/([^/?#]+\.[^/?#]+/[^?#]*)", re.IGNORECASE),
    re.compile(r"^https?://(?:images\.weserv\.nl|wsrv\.nl)/.*?[?&]url=([^&]+)", re.IGNORECASE),
    re.compile(r"^https?://[\w.-]*cdn\.ampproject\.org/i+/(?:s/)?([^?#]+)", re.IGNORECASE),
    re.compile(r"/_next/image/?\?(?:.*&)?url=(https?(?::|%3A)[^&]+)", re.IGNORECASE),
    re.compile(r"^https?://external-content\.duckduckgo\.com/iu/\?u=([^&]+)", re.IGNORECASE),
    re.compile(r"^https?://images1-focus-opensocial\.[\w.]+/.*?[?&]url=([^&]+)", re.IGNORECASE),
    re.compile(r"/cdn-cgi/image/[^/]*/(https?:/[^?#]+)", re.IGNORECASE),
)
#: Query marks of links that were lifted from a feed.
FEED_PARAMETERS = re.compile(
    r"[?&](at_medium=rss|traffic_source=rss|utm_(?:source|medium|campaign)=(?:rss|feed\w*)[^&]*)",
    re.IGNORECASE,
)
TRACKED = re.compile(r"[?&](utm_source=[^&]+|at_medium=[^&]+|traffic_source=[^&]+)", re.IGNORECASE)
#: What a language model says around the text that it was asked to reword.
MODEL_RESIDUE = re.compile(
    _any(
        r"\bas an? (?:AI|artificial intelligence)(?: language)? (?:model|assistant)\b,? I\b",
        r"\b(?:sure|certainly|of course)[!,.]? here(?:'s| is| are) (?:the |a |an |your )(?:\w+ ){0,3}"
        r"(?:rewritten|reworded|paraphrased|rephrased|revised|article|version|summary)",
        r"\bhere(?:'s| is) (?:the|a|an|your) (?:\w+ ){0,2}(?:rewritten|reworded|paraphrased|rephrased)"
        r" (?:\w+ ){0,2}(?:article|version|text|content|passage|story)",
        r"\bI (?:cannot|can't|am unable to) (?:fulfil|fulfill|complete|rewrite) (?:this|that|the) (?:request"
        r"|article|text)",
        r"\bmy (?:last )?(?:knowledge|training) (?:cut-?off|data (?:only )?(?:goes|extends))",
        r"\bI hope this (?:rewritten|reworded|revised) (?:version|article)",
    ),
    re.IGNORECASE,
)
SPINTAX = re.compile(r"\{[^\W\d_][\w '’-]{1,40}(?:\|[^\W\d_][\w '’-]{1,40}){1,8}\}")
NEWSROOM_MAILBOX = re.compile(
    r"^(news\w*|editor\w*|desk|tips?|redac\w*|redak\w*|newsroom|letters|press|correspondent\w*|office"
    r"|contact|info|web\w*|online)$",
    re.IGNORECASE,
)
MAIL_SITES = _set(
    "gmail.com googlemail.com yahoo.com outlook.com hotmail.com live.com aol.com icloud.com"
    " protonmail.com proton.me gmx.de gmx.net web.de mail.ru yandex.ru qq.com 163.com"
)
#: Title endings that every paper has; they name no outlet.
PLAIN_SECTIONS = re.compile(
    r"^(the )?(latest|breaking|top|world|local|national|international|business|sports?|entertainment|health"
    r"|science|tech(nology)?|political|politics|crime|money|financial|us|uk|eu|weather|education|auto"
    r"|travel|community|regional|daily|video|celebrity|football|gaming|more|general|industry|company)? ?"
    r"(news|news today|press|today|review|post|voice|video|daily|weekly|press releases?)$",
    re.IGNORECASE,
)
#: Boxes that stand in an article and are no part of it.
ASIDE_BOX = re.compile(
    r"related|recommend|sidebar|most-?(?:read|popular)|newsletter|promo|trending|more-?(?:from|stories|on)"
    r"|read-?next|also-?like|taboola|outbrain|comment|disqus|share|social|breadcrumb|pagination"
    r"|author-?(?:bio|box|info)|tags?-?(?:list|links)|sponsor|advert",
    re.IGNORECASE,
)
