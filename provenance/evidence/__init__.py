"""A match as one file that stands up by itself: the pages, the texts, the scores, their digests.

``gather`` makes a bundle from the database, ``examine`` checks one, without any database.
"""
