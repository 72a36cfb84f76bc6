# ruff: noqa: E501  tables of patterns: wrapped lines would be harder to read
"""Tables for ``traces``: what marks of copying look like, and which sites never are a source.

Only tables and the patterns made of them; the rules that use them stand in ``traces``.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _any(*parts: str) -> str:
    return "(?:" + "|".join(parts) + ")"


#: Registered domains that are linked from everywhere, and so say nothing of where a text is from.
GENERIC_SITES = _set(
    # social, sharing, video, chat
    "facebook.com fb.com fb.me twitter.com x.com t.co instagram.com threads.net tiktok.com youtube.com"
    " youtu.be linkedin.com lnkd.in reddit.com redd.it pinterest.com tumblr.com flipboard.com vk.com"
    " ok.ru telegram.org telegram.me t.me whatsapp.com wa.me viber.com line.me snapchat.com mastodon.social"
    " bsky.app bsky.social threads.com weibo.com wechat.com qq.com zalo.me kakao.com discord.com discord.gg"
    " twitch.tv vimeo.com dailymotion.com soundcloud.com spotify.com rumble.com truthsocial.com odnoklassniki.ru"
    " addthis.com addtoany.com sharethis.com disqus.com buffer.com getpocket.com instapaper.com"
    " giphy.com gfycat.com imgur.com streamable.com streamja.com flickr.com slideshare.net scribd.com"
    " documentcloud.org issuu.com patreon.com gofundme.com kickstarter.com eventbrite.com meetup.com"
    # search, platforms, app stores, shortening
    " google.com goo.gl g.co googleusercontent.com gstatic.com googleapis.com ggpht.com blogger.com"
    " blogspot.com bing.com duckduckgo.com yandex.ru ya.ru baidu.com apple.com microsoft.com"
    " live.com outlook.com office.com mozilla.org adobe.com github.com gitlab.com wordpress.org"
    " wordpress.com wp.com wp.me gravatar.com automattic.com wix.com squarespace.com"
    " bit.ly ow.ly po.st zdbb.net tinyurl.com buff.ly dlvr.it ift.tt amzn.to linktr.ee mailchi.mp"
    " list-manage.com feedburner.com feedly.com play.google.com aka.ms trib.al smarturl.it apple.co"
    # shops, tickets, affiliate networks, surveys, advertising
    " amazon.com amazon.co.uk amazon.de amazon.ca amazon.in ebay.com walmart.com bestbuy.com target.com"
    " etsy.com aliexpress.com skimresources.com viglink.com shareasale.com awin1.com go2cloud.org"
    " anrdoezrs.net jdoqocy.com kqzyfj.com tkqlhce.com dpbolvw.net linksynergy.com impactradius.com"
    " pntrac.com howl.me narrativ.com booking.com tripadvisor.com surveymonkey.com typeform.com"
    " doubleclick.net googlesyndication.com taboola.com outbrain.com zergnet.com revcontent.com"
    " criteo.com scorecardresearch.com quantserve.com chartbeat.com paypal.com stripe.com paypal.me"
    # reference, licences, archives, science identifiers
    " wikipedia.org wikimedia.org wikidata.org wiktionary.org wikinews.org britannica.com imdb.com"
    " merriam-webster.com dictionary.com archive.org archive.today archive.is archive.ph perma.cc"
    " creativecommons.org doi.org arxiv.org ssrn.com researchgate.net jstor.org pubmed.gov orcid.org"
    " nature.com sciencemag.org science.org sciencedirect.com springer.com wiley.com plos.org"
    " statista.com datawrapper.de dwcdn.net flourish.studio infogram.com tableau.com ourworldindata.org"
    # makers of pictures
    " gettyimages.com shutterstock.com istockphoto.com unsplash.com pexels.com pixabay.com alamy.com"
    " depositphotos.com stock.adobe.com"
    # bodies between states
    " un.org who.int europa.eu worldbank.org imf.org oecd.org nato.int wto.org icrc.org unicef.org"
    " unhcr.org hrw.org amnesty.org"
)
#: Endings of names that governments, universities and bodies between states hold.
GENERIC_SUFFIX = re.compile(
    r"(^|\.)(gov|mil|edu|int|(gov|gob|gouv|govt|gub|gv|go|mil|edu|ac)\.[a-z]{2})$"
)
#: Hosts of files for many sites: a picture there names no outlet.
CDN_SITES = _set(
    "cloudfront.net amazonaws.com akamaihd.net akamaized.net akamai.net edgesuite.net edgekey.net"
    " fastly.net fastlylb.net cloudflare.com cdn77.org b-cdn.net bunnycdn.com kxcdn.com stackpathcdn.com"
    " imgix.net cloudinary.com twimg.com fbcdn.net cdninstagram.com ytimg.com pinimg.com redditmedia.com"
    " redd.it sndcdn.com wixstatic.com squarespace-cdn.com squarespace.com shopify.com ghost.io"
    " windows.net azureedge.net digitaloceanspaces.com backblazeb2.com r2.dev netdna-ssl.com netdna-cdn.com"
    " jsdelivr.net unpkg.com typepad.com tinypic.com photobucket.com postimg.cc ibb.co staticflickr.com"
    " media-amazon.com bp.blogspot.com ssl-images-amazon.com brightcove.com brightcovecdn.com jwplatform.com jwpcdn.com"
    " vimeocdn.com dmcdn.net arcpublishing.com vox-cdn.com townnews.com bloximages.com lee.net"
    " hearstapps.com gannett-cdn.com townsquare.media go-mpulse.net s-nbcnews.com trbimg.com tegna-media.com"
    " futurecdn.net cpanel.net hearstnp.com washpost.com sndimg.com wp.com wordpress.com contentful.com"
    " ctfassets.net sanity.io prismic.io graphassets.com storyblok.com dato-cms.com datocms-assets.com"
    " scene7.com sirv.com imagekit.io uploadcare.com ucarecdn.com filestackcontent.com licdn.com"
    " polopoly.com rackcdn.com lura.live tribdss.com gcdn.co yimg.com zenfs.com aolcdn.com bstatic.com"
    " smushcdn.com rocketcdn.me shortpixel.ai optimole.com exactdn.com quic.cloud statically.io"
)
#: Words in a host's name that say that it only serves files.
ASSET_HOST = re.compile(
    r"(^|[.-])(\w*cdn\w*|static\w*|\w*assets?|img\w*|images?|pics?|thumbs?|files?|s3|uploads?"
    r"|akamai|cache)([.-]|\d|$)"
)
#: Sites of one house whose names don't show it. First labels of registered domains.
HOUSES: tuple[frozenset[str], ...] = tuple(
    _set(words)
    for words in (
        "nytimes nyt nyti",
        "theguardian guardian guim guardianapis",
        "bbc bbci",
        "washingtonpost washpost wapo",
        "wsj wsjplus dowjones barrons marketwatch mansionglobal wsj-net",
        "cnn turner cnnworld warnermediacdn",
        "nbcnews today msnbc s-nbcnews nbcuni cnbc nbc nbcsports telemundo",
        "cbsnews cbs cbssports cbsstatic cbsi cbslocal cbsinteractive cbsistatic",
        "foxnews fox foxbusiness fncstatic foxnation",
        "abcnews abc go abcotvs",
        "aljazeera aje",
        "reuters reutersmedia thomsonreuters",
        "apnews ap associatedpress",
        "dw dwnews",
        "rt ruptly",
        "cnet zdnet techrepublic gamespot",
        "theverge vox sbnation polygon curbed eater voxmedia recode dawgsbynature chorus",
        "gizmodo kotaku jezebel deadspin jalopnik lifehacker theroot theonion avclub kinja",
        "9to5mac 9to5toys 9to5google electrek",
        "techcrunch engadget yahoo huffpost aol huffingtonpost",
        "forbes forbesimg",
        "businessinsider insider markets",
        "usatoday gannett gannett-cdn gannettdigital usatodaynetwork",
        "sfgate chron hearst mysanantonio timesunion ctpost sfchronicle houstonchronicle",
        "mirror trinitymirror reachplc express dailyrecord",
        "express expressandstar dailyexpress",
        "dailymail mailonline thisismoney",
        "independent indy100 standard",
        "space livescience techradar tomsguide tomshardware futureplc purch futurecdn",
        "wired condenast newyorker vogue gq vanityfair arstechnica condenastdigital",
        "rollingstone variety indiewire deadline hollywoodreporter pmc billboard",
        "voanews polygraph rferl svoboda bbg usagm",
        "ndtv ndtvimg",
        "newsnation newsnationtv",
        "indiatimes timesofindia toiimg economictimes",
        "moneycontrol network18 news18 firstpost cnbctv18",
        "healthline medicalnewstoday greatist",
    )
)
#: News agencies, as datelines and credits spell them, to one name in lower case.
AGENCIES: dict[str, str] = {
    "ap": "associated press",
    "the associated press": "associated press",
    "associated press": "associated press",
    "reuters": "reuters",
    "thomson reuters": "reuters",
    "thomson reuters foundation": "thomson reuters foundation",
    "afp": "afp",
    "agence france-presse": "afp",
    "agence france presse": "afp",
    "upi": "upi",
    "united press international": "upi",
    "dpa": "dpa",
    "deutsche presse-agentur": "dpa",
    "efe": "efe",
    "ansa": "ansa",
    "lusa": "lusa",
    "xinhua": "xinhua",
    "xinhua news agency": "xinhua",
    "新华社": "xinhua",
    "tass": "tass",
    "itar-tass": "tass",
    "тасс": "tass",
    "ria novosti": "ria novosti",
    "риа новости": "ria novosti",
    "interfax": "interfax",
    "интерфакс": "interfax",
    "ukrinform": "ukrinform",
    "unian": "unian",
    "kyodo": "kyodo",
    "kyodo news": "kyodo",
    "jiji": "jiji press",
    "jiji press": "jiji press",
    "yonhap": "yonhap",
    "yonhap news agency": "yonhap",
    "pti": "press trust of india",
    "press trust of india": "press trust of india",
    "ani": "ani",
    "ians": "ians",
    "anadolu": "anadolu agency",
    "anadolu agency": "anadolu agency",
    "aa": "anadolu agency",
    "irna": "irna",
    "wafa": "wafa",
    "mena": "mena",
    "aap": "australian associated press",
    "australian associated press": "australian associated press",
    "pa": "pa media",
    "pa media": "pa media",
    "press association": "pa media",
    "the canadian press": "canadian press",
    "canadian press": "canadian press",
    "bloomberg": "bloomberg",
    "bernama": "bernama",
    "antara": "antara",
    "ips": "inter press service",
    "inter press service": "inter press service",
    "pap": "pap",
    "apa": "apa",
    "belga": "belga",
    "anp": "anp",
    "tanjug": "tanjug",
    "mtv/afp": "afp",
    "cnn": "cnn",
    "pr newswire": "pr newswire",
    "prnewswire": "pr newswire",
    "business wire": "business wire",
    "business newswire": "business wire",
    "globe newswire": "globenewswire",
    "globenewswire": "globenewswire",
    "accesswire": "accesswire",
}
#: An agency inside a byline: "Jane Doe, AP Sports Writer", "Jane Doe Associated Press".
AGENCY_IN_BYLINE = re.compile(
    r"\b(?:Associated Press|AP(?= [\w ]*(?:Writer|Reporter|Correspondent|Editor))|Reuters|AFP|Xinhua"
    r"|Bloomberg(?! Businessweek)|Press Association|Canadian Press)\b"
)
#: First labels of the agencies' own sites: their front pages are credits, never one article.
AGENCY_SITES = _set(
    "reuters apnews ap afp upi dpa efe ansa xinhuanet tass interfax kyodonews yonhapnews yna ptinews"
    " aninews aa irna bloomberg prnewswire businesswire globenewswire"
)
#: A name that ends (or begins) like this is an outlet's.
OUTLET_NAME = re.compile(
    r"\b(News(paper|wire| Agency| Network| Online)?|Times|Post|Herald|Tribune|Gazette|Chronicle|Telegraph"
    r"|Journal|Observer|Courier|Dispatch|Examiner|Guardian|Independent|Mirror|Inquirer|Sentinel"
    r"|Star-Ledger|Standard|Daily( \w+)?|Weekly|Wire|Press|Radio|TV|Television|Broadcasting|Monitor"
    r"|Bulletin|Ledger|Register|Globe|Examiner|Review|Today|Insider|Voice|Beobachter|Zeitung|Kurier"
    r"|Spiegel|Tagblatt|Diario|Noticias|Noticia|Le Monde|Figaro|Correo|Mundo|País|Nación|Gaceta)$"
)
_NAMED = (
    "Reuters|AFP|Bloomberg|CNN|BBC|NPR|Fox|CNBC|MSNBC|NBC|CBS|ABC|Sky|Al Jazeera|Axios|Politico|Vox"
    "|TechCrunch|The Verge|BuzzFeed|Vice|Newsweek|Time|Forbes|Fortune|Wired|Der Spiegel|Bild|El País"
    "|TASS|Interfax|Xinhua|Deutsche Welle|RFE/RL|The Hill|HuffPost|The Atlantic|The New Yorker"
    "|the AP|The AP|Associated Press|USA TODAY|USA Today"
)
KNOWN_OUTLET = re.compile(rf"^(?:{_NAMED})(?: (?:News|Sports?|Business|TV|Radio))?$")

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
    r"\b(?P<agency>(?:The )?[A-Z][\w.&'’-]*(?: [A-Z][\w.&'’-]*){0,4}) (?:also )?contributed to this (?:report"
    r"|story|article)\b"
)
TOLD = re.compile(
    r"\b(?P<verb>told|tells|spoke to|speaking to|speaking with|in an interview (?:with|to)"
    r"|in a statement to|reporting for|reported for|reporting from|correspondent for)"
    r" (?P<name>(?:[Tt]he )?[A-ZÀ-Þ][\w.&'’/-]*(?: (?:of |de )?[A-ZÀ-Þ][\w.&'’/-]*){0,4})"
)

# --- mechanisms -----------------------------------------------------------------------------

IMPORT_PLUGINS = re.compile(
    r"feedzy-rss(?:-feeds|-link-icon)?|wp-rss-aggregator|wprss-(?:feed-meta|item|source)|feedwordpress"
    r"|wpematico|wp-automatic|wordpress-automatic|cyberseo|echo-rss|crawlomatic|newsomatic|autoblogging"
    r"|wp-content-crawler|rss-post-importer|wp-robot|rss-importer|fivefilters|full-text-rss|feed2post",
    re.IGNORECASE,
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
