# ruff: noqa: E501 - tables of patterns: wrapped lines would be harder to read
"""Tables of the trade: agencies, houses, names of outlets, and sites that never are a source.

Tables and the patterns made of them only; ``outlets`` and the rooms above ask them.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


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
# A part of a name is no longer than this: of "A.A.A.…" each letter may begin a name.
_PART = r"[A-ZÀ-Þ][\w.&'’/-]{{0,40}}"
_HOUSE = rf"(?P<{{0}}>(?:[Tt]he )?{_PART}(?: (?:of |de )?{_PART}){{{{0,4}}}})"
#: How a text speaks of the house that reported it: "told the Post", "the Post has learned".
OWN_REPORTING = re.compile(
    r"\b(?:told|tells|spoke to|speaking to|speaking with|in an interview (?:with|to)"
    r"|in a statement to|(?:seen|obtained|reviewed|heard) by|shared with|exclusively to)"
    rf" {_HOUSE.format('after')}|{_HOUSE.format('before')} (?:has learn(?:ed|t)|understands that|can reveal)\b"
)
