"""The public site: pages and JSON as plain files, which any static host serves and any browser opens from disk."""

from bridge.site.address import keep_address, keep_badges
from bridge.site.award import AwardFiles, award_files, award_mark
from bridge.site.files import SiteFiles
from bridge.site.pages import Look
from bridge.site.static import Check, StaticSite

__all__ = [
    "AwardFiles",
    "Check",
    "Look",
    "SiteFiles",
    "StaticSite",
    "award_files",
    "award_mark",
    "keep_address",
    "keep_badges",
]
