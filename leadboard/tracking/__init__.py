"""What prospects do before and after they write: visits of the firm's site, mails, downloads, webinars.

`static/track.js` sends page views to `POST /track/`, only after consent; scripts and mail tools send theirs
to `POST /api/touches/`. A visitor is a signed id in the firm's own storage; it is nobody until a form
carries it, and then its past and future visits belong to that lead. One table holds all of it, parted by
month, so that a retention rule is a DROP.
"""
