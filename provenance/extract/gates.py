# ruff: noqa: E501 - tables of patterns: wrapped lines would be harder to read
"""Consent walls, paywalls and robot checks that stand where an article should. Pure.

The same wall on many sites looks like one text copied many times, so it must never be
fingerprinted as an article. The rule is shy: a short text, most of it addressed to the reader
as walls do ("we and our partners", "your choices", "subscribe to continue"). Reporting *about*
cookies or subscriptions speaks in the third person and at length.
"""

from __future__ import annotations

import re

#: Texts with as many words or more are articles, whatever they say.
MAX_WORDS = 300
#: Share of the words that must stand in sentences of a wall.
MIN_SHARE = 0.5

_CONSENT = (
    # English
    r"\bwe (and|&) (our|\d+|up to)\b.{0,60}\bpartners\b",
    r"\b(we|our (site|website|partners)|this (site|website)) (may )?(also )?uses? (\w+ ){0,2}cookies",
    r"\bcookies? (and|or) (similar|other|tracking) technolog",
    r"\b(accept|reject|allow|refuse|decline) (all|cookies|optional|additional|everything)\b",
    (
        r"\b(manage|change|withdraw|review|update|set) (your|my) (consent|cookie|privacy|preferences?"
        r"|choices|settings|options)\b"
    ),
    r"\b(cookie|privacy) (settings|preferences|policy|notice|centre|center|dashboard)\b",
    r"\byou(r consent| consent to| can (change|withdraw|manage|revoke)| agree to (our|the use))\b",
    r"\b(by (continuing|clicking|using|closing)|clicking on)\b.{0,80}\b(you|agree|accept|consent)",
    r"\bstor(e|ing) and(/or| )access(ing)? information on (a|your) device\b",
    r"\b(your|you can) (choices?|decisions?|withdraw\w*|change|return|object)\b.{0,80}\b(this (web)?site|days|months|settings|any ?time)\b",
    r"\byou (may|can) (also )?(accept|refuse|reject|allow|object)\b",
    r"\bprivacy choices\b",
    r"\bwith your (agreement|consent|permission),?\b",
    r"\bwithout (ads?|advertising)( (or|and) (tracking|cookies))?\b.{0,60}\b(subscri\w+|a month|per month|paid)\b",
    r"\bpersonali[sz]ed (ads|advertising|content)\b",
    r"\blegitimate interest\b",
    # Spanish, Portuguese, Italian
    r"\butili[zc]amos (las )?cookies|\busamos cookies|\butilizziamo (i )?cookie",
    (
        r"\bnosotros y nuestros\b.{0,40}\bsocios\b|\bnós e (os )?nossos parceiros\b"
        r"|\bnoi e i nostri\b.{0,40}\bpartner\b"
    ),
    r"\b(aceptar|rechazar|aceitar|rejeitar|accetta|rifiuta)( y | e )?(todo|todas|tudo|tutti|cookies)",
    (
        r"\b(configurar|gestionar|gerir|gestisci|personalizzare)\b.{0,30}\b(cookies?|consent\w+"
        r"|preferenc\w+|preferenze|opciones|privacidad)"
    ),
    (
        r"\b(política|configuración) de (cookies|privacidad)|\bpolítica de privacidade\b"
        r"|\binformativa sulla privacy\b"
    ),
    r"\b(su|tu|seu|vostro|tuo) consent\w+",
    # French
    r"\bnous (et nos|utilisons)\b.{0,60}\b(partenaires|cookies|traceurs)\b",
    r"\b(tout )?(accepter|refuser)( et (fermer|continuer)| tout| les cookies)",
    (
        r"\b(continuer sans accepter|paramétrer les cookies|gérer (mes|vos|les) (choix|cookies"
        r"|préférences|consentements?)|votre consentement|vos choix|politique (de confidentialité"
        r"|des? cookies))"
    ),
    # German, Dutch
    r"\bwir (und unsere|verwenden|nutzen)\b.{0,60}\b(partner|cookies|technologien)\b",
    (
        r"\b(alle[ns]? (akzeptieren|ablehnen|cookies)|akzeptieren und (weiter|schließen)"
        r"|(zustimmen|einwilligen) und weiter|ihre (einwilligung|zustimmung|auswahl)"
        r"|cookie-?einstellungen|datenschutz(erklärung|einstellungen)|mit werbung weiter\w*)"
    ),
    (
        r"\b(wij|we) (en onze|gebruiken)\b.{0,60}\b(partners|cookies)\b|\balles? accepteren\b"
        r"|\bcookie-?instellingen\b|\buw (toestemming|voorkeuren)\b"
    ),
    # Polish, Russian, Ukrainian, Turkish
    (
        r"\b(my i nasi|nasi) (zaufani )?partnerzy\b|\bużywamy (plików )?cookie|\bpliki cookies?\b"
        r"|\b(zaakceptuj|akceptuj\w*) (wszystkie|i )|\bpolityk\w+ prywatności\b"
    ),
    (
        r"\b(мы|наш сайт|этот сайт|сайт) использу\w+\b.{0,40}\b(cookie|куки)"
        r"|\b(файл\w+ cookie|куки-файл\w+)|\bпринять (все|и продолжить)\b|\bнастройки cookie\b"
        r"|\bполитик\w+ (конфиденциальности|обработки)\b|\bваше согласие\b|\bвы соглашаетесь\b"
    ),
    r"\bми використовуємо\b.{0,40}\bcookie|\bприйняти (все|всі)\b|\bполітик\w+ конфіденційності\b",
    r"\bçerez (politikası|ayarları)|\bçerezleri? (kullan|kabul)|\btümünü (kabul|reddet)",
    # Arabic, Japanese, Chinese
    r"ملفات تعريف الارتباط|قبول الكل|سياسة الخصوصية",
    r"(クッキー|cookie)\s?(を使用|の使用|ポリシー)|すべて(許可|同意|拒否)|プライバシーポリシー",
    r"(使用|接受|管理)\s?cookie|全部接受|隐私(政策|设置)|隱私(政策|設定)",
)
_PAYWALL = (
    (
        r"\b(subscribe|sign up|sign in|log in|register|join)( now| today| here)?( for free)? to"
        r" (continue|keep|read|unlock|access|get|view|see)\b"
    ),
    r"\b(continue|keep) reading\b.{0,60}\b(subscri\w+|account|trial|free|article)",
    r"\balready (a|an|have an?|have a digital) (subscriber|member|account|subscription)\b",
    (
        r"\bthis (article|story|content|page) is (only )?(for|available (only )?to|reserved for"
        r"|exclusive to) (\w+ )?(subscribers|members|registered)\b"
    ),
    r"\b(subscriber|member|premium)[- ](only|exclusive)\b",
    r"\b(start|begin|get|claim|try) (your|a|an)? ?(\w+[- ]){0,3}(trial|subscription|membership)\b",
    r"\byou('ve| have) (reached|read|used|run out of) (your|all|the)\b.{0,40}\b(limit|articles?)",
    (
        r"\b(cancel (any ?time|at any time)|billed (monthly|annually|as)|per (week|month) (for|after)"
        r"|unlimited (digital )?access|choose (your|a) (plan|subscription))\b"
    ),
    r"\b(create|register for|sign in to) (a|an|your)( free)? account\b",
    r"\bforgot(ten)? (your )?password\b",
    (
        r"\bsuscr[íi](bete|base)\b|\bya (eres|es|soy) suscriptor|\b(contenido|artículo|noticia)"
        r" (exclusiv\w+|reservad\w+|solo) (para|a) (nuestros )?suscriptores|\binicia(r)? sesión\b"
        r"|\bassine (já|agora)\b|\bjá é assinante\b|\bexclusivo para assinantes\b"
        r"|\babbonati\b|\bsei già abbonat|\bcontenuto riservato\b"
    ),
    (
        r"\b(déjà abonné|abonnez-vous|s'abonner|je m'abonne|réservée? (aux|à nos) abonnés"
        r"|il vous reste \d+ ?% de (cet|l')|lire la suite de (cet|l')article|identifiez-vous)"
    ),
    (
        r"\b(jetzt (abonnieren|weiterlesen|testen)|bereits (abonnent|registriert|kunde)"
        r"|(nur|exklusiv) für abonnent\w+|weiterlesen mit|monatlich kündbar|probeabo\w*"
        r"|sie haben bereits ein (abo|konto)|melden sie sich an)\b"
    ),
    (
        r"\b(оформите подписку|подпи(шитесь|саться),? чтобы|только для подписчиков|уже подписаны"
        r"|доступ(но|ен) (только )?по подписке|войдите,? чтобы)"
    ),
    (
        r"\b(zaloguj się|wykup (dostęp|subskrypcję)|tylko dla (subskrybentów|prenumeratorów)"
        r"|abone ol\w*|inloggen|al abonnee)\b"
    ),
    r"(会員限定|続きを読むには|ログインして|有料会員|订阅后|登录后|仅限(会员|订阅))",
)
_CHALLENGE = (
    (
        r"\b(checking (if the site connection is|your browser)|verify(ing)? (that )?you are (a )?human"
        r"|are you a robot|not a robot|unusual (traffic|activity)|enable (javascript|cookies)"
        r"|javascript (is|and cookies) (disabled|not (enabled|available)|required)"
        r"|turn on javascript|ray id|performance (&|and) security by"
        r"|(complete|solve) the (captcha|security check)|security (check|service)"
        r"|please (wait|stand by) while|access (to this page )?(is |has been )?denied"
        r"|you (have been|are being|are) blocked|don't have permission to access"
        r"|reference #[\d.]+|supports? javascript and cookies|disable any ad blocker)"
    ),
    (
        r"\b(включите javascript|проверка браузера|вы не робот|activez javascript|activar javascript"
        r"|habilite javascript|aktivieren sie javascript|javascript aktivieren)"
    ),
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE))
    for kind, patterns in (
        ("consent", _CONSENT),
        ("paywall", _PAYWALL),
        ("challenge", _CHALLENGE),
    )
)
_TITLES = {
    "consent": re.compile(
        r"^(before you continue|your privacy( choices)?|privacy (choices|settings)|cookie(s| consent"
        r"| settings)|consent|we value your privacy|.{0,40}\b(consent|einwilligung))\W*$",
        re.IGNORECASE,
    ),
    "paywall": re.compile(
        r"^(subscribe|sign in|log ?in|register|subscription|subscribe to (read|continue)"
        r"|subscribe now|anmelden|connexion|iniciar sesión)\b[^,]{0,40}$",
        re.IGNORECASE,
    ),
    "challenge": re.compile(
        r"^(just a moment|attention required|access denied|are you a robot|please wait|one moment"
        r"|security check|403 forbidden|ddos-guard|verifying|robot check)\b.{0,40}$",
        re.IGNORECASE,
    ),
}
_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|\n+|(?<=[。！？])")


def gate(text: str, title: str) -> str | None:
    """What stands in place of the article: ``consent``, ``paywall``, ``challenge``; else None.

    ``text`` is the extracted main text. A wall's title lowers the share that is asked for, but
    is never enough alone.
    """
    # Scripts without spaces: two characters pass for a word, as in ``normalize``.
    words = max(len(text.split()), len(re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text)) // 2)
    if not words or words >= MAX_WORDS:
        return None
    sentences = [s for s in _SENTENCE.split(text) if s and s.strip()]
    total = sum(len(s) for s in sentences)
    plain_title = " ".join(title.split())
    best: tuple[float, str] | None = None
    for kind, pattern in _KINDS:
        hit = [s for s in sentences if pattern.search(s.replace("’", "'"))]
        share = sum(len(s) for s in hit) / total if total else 0.0
        titled = bool(_TITLES[kind].match(plain_title))
        # One matching sentence is no wall, unless the title says so or there is little else.
        enough = len(hit) >= 2 or (len(hit) == 1 and (titled or words <= 60))
        needed = MIN_SHARE / 2 if titled else MIN_SHARE
        if enough and share >= needed and (best is None or share > best[0]):
            best = (share, kind)
    return best[1] if best else None
