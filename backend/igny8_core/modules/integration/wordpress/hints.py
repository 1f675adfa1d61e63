"""Says what to do about each cause that a check can name; it must never see an answer or a secret."""

DEFAULT_HINT = "Try again in a few minutes; if it stays, send the code and the time to support."

_HINTS = {
    "outbound_address_invalid": "Enter the address as in the browser's bar when you see the site, https:// included.",
    "outbound_address_forbidden": "Use the address under which the whole internet reaches the site.",
    "outbound_host_not_found": "Check the spelling of the domain, and that its DNS entry exists.",
    "outbound_host_unreachable": "Open the address in a browser; if it opens, a firewall may shut us out.",
    "outbound_tls_failed": "Have the host renew or repair the site's certificate, its intermediate certificates too.",
    "outbound_timeout": "The site is too slow or overloaded; try again later, or ask the host to look at its load.",
    "outbound_connection_lost": "Something cuts connections off; ask the host whether a firewall does.",
    "outbound_busy": "Try again in a minute.",
    "outbound_redirected": "Enter the address that the site redirects to.",
    "outbound_response_too_large": "Something that is not WordPress's REST interface answers; check the address.",
    "outbound_response_unreadable": "A proxy or cache damages the answers; have it leave /wp-json/ alone.",
    "wordpress_not_found": "Check that the address is WordPress's own, a folder such as /blog included.",
    "wordpress_rest_disabled": "Allow the REST interface for signed-in users in the plug-in that switches it off.",
    "wordpress_moved": "Enter the address that the site redirects to, if it is yours.",
    "wordpress_route_missing": "A plug-in takes out parts of the REST interface; allow /wp/v2/users and /wp/v2/posts.",
    "wordpress_access_blocked": "Allow /wp-json/ in the security plug-in or firewall, or let our address through.",
    "wordpress_maintenance": "Wait until the site's update is over; a file .maintenance left behind has to be deleted.",
    "wordpress_rate_limited": "Wait a few minutes, or have the host's limit for our address raised.",
    "wordpress_server_error": "Look into the site's PHP error log; a plug-in mostly is the cause.",
    "wordpress_too_large": "Have the host raise the web server's limit for request bodies.",
    "wordpress_answer_garbled": "Switch WP_DEBUG_DISPLAY off, or have caching leave /wp-json/ alone.",
    "wordpress_answer_noisy": "Switch WP_DEBUG_DISPLAY off and mend the plug-in that prints the warning.",
    "wordpress_plain_permalinks": "Nothing has to be done; other permalinks make nicer addresses.",
    "wordpress_not_https": "Move the site to HTTPS and enter its address anew.",
    "wordpress_credentials_refused": "Make a new application password in the user's profile and enter it with the "
    "login name, not with the name that you gave the password; see also whether the Authorization header is passed on.",
    "wordpress_authorization_stripped": "Have the web server pass the header on: CGIPassAuth On with Apache, "
    "fastcgi_pass_header Authorization with nginx; some security plug-ins remove it, too.",
    "wordpress_username_unknown": "Enter the login name or e-mail address of the WordPress user.",
    "wordpress_password_refused": "Make a new application password in the profile; it is not the login password.",
    "wordpress_application_passwords_unavailable": "Move the site to HTTPS, or allow application passwords in "
    "the security plug-in and for this user.",
    "wordpress_role_too_low": "Give the WordPress user the role Author, or better Editor.",
    "wordpress_cannot_create": "Give the WordPress user the role Author, or better Editor.",
    "wordpress_cannot_publish": "Give the WordPress user the role Author, or better Editor.",
    "wordpress_cannot_update": "Give the WordPress user the role Author, or better Editor.",
    "wordpress_cannot_categorise": "Give the user the role Editor, or make the categories in WordPress.",
    "wordpress_cannot_upload": "Give the WordPress user the role Author, or better Editor.",
    "wordpress_rejected": "The site's own sentence says what it does not take.",
    "secret_unreadable": "Enter the application password again.",
    "secret_key_missing": "The installation has no encryption key; its operator has to set one.",
    "preview_not_writable": "The installation's operator has to make the preview folder writable.",
}


def hint_for(code: str) -> str:
    """What a person can do about a problem of this code."""
    return _HINTS.get(code, DEFAULT_HINT)
