"""Members whose names would be written elsewhere, and are not written at all."""

from hostile_kit import Crawl, record, zipped

CASE = Crawl(
    {
        "x.wacz": zipped(
            {
                "../../evil.warc": record(),
                "/etc/evil.warc": record(),
                "archive/../../../evil.warc": record(),
                "archive\\..\\evil.warc": record(),
                "archive/good.warc": record(),
            }
        )
    },
    "x.wacz",
    1,
    1,
)
