"""Addresses and traps: no list, so a text, and too short to judge."""

from hostile_kit import Crawl

CASE = Crawl(
    {"x.txt": "https://copy.example/1\nhttps://copy.example/2\njavascript:alert(1)\nhttp://[::1\n"},
    "x.txt",
    1,
)
