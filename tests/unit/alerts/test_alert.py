from cierre.alerts.alert import Alert


def test_a_mail_says_what_happened_what_to_do_and_where_to_look():
    body = Alert(
        "itb", "Caja 164: post failed", "The ERP refused.\nBlocked account.", "Clear it.", "http://a/b?c=1", boxes=[]
    ).html()
    assert "The ERP refused.<br>Blocked account." in body
    assert "<b>What to do:</b> Clear it." in body
    assert '<a href="http://a/b?c=1">' in body


def test_nothing_in_a_mail_is_taken_for_markup():
    body = Alert("itb", "s", "<script>alert(1)</script>", "a < b", 'http://a/"onclick=x', boxes=[]).html()
    assert "<script>" not in body
    assert '"onclick' not in body
