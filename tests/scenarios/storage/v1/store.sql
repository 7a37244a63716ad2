-- alarm: <now+3597014>
CREATE TABLE chore (chore TEXT PRIMARY KEY, due_at_ms INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE installation (one INTEGER PRIMARY KEY CHECK (one = 1), record TEXT NOT NULL);
CREATE TABLE label (
        channel INTEGER NOT NULL, label TEXT NOT NULL, provider TEXT, dismissed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (channel, label)
    ) WITHOUT ROWID;
CREATE TABLE ledger (
        order_id INTEGER PRIMARY KEY, version INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
        next_alarm_ms INTEGER, attention INTEGER NOT NULL, row TEXT NOT NULL
    );
CREATE TABLE ledger_ref (ref TEXT PRIMARY KEY, order_id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE schema_version (n INTEGER NOT NULL);
CREATE TABLE staff (id INTEGER PRIMARY KEY, seen_at_ms INTEGER NOT NULL, removed_at_s INTEGER);
INSERT INTO chore VALUES ('sweep', <now+3597014>, 0);
INSERT INTO installation VALUES (1, '{"channels":[{"id":1,"name":"Hoshi Coffee Roasters","origins":["http://shop.localhost:<port>","http://kissa1.shop.localhost:<port>"]}],"code_hash":"92a84604daf3882e5542b1f97ad889532e827d6c00bd2711a456a867a0d18786","country":"JP","generation":1,"health":{"checked_at_ms":<now-2442>},"hook_secret":"<hook_secret>","installed_at_s":<now_s-3>,"komoju":[{"current":true,"id":"<account>","masked":"<key.masked>","mode":"live","secret_key":"<key>"}],"panel_url":"http://panel.localhost:<port>","payment_types":[{"name_en":"Credit card","name_ja":"クレジットカード","slug":"credit_card"},{"name_en":"Konbini","name_ja":"コンビニ決済","slug":"konbini"},{"name_en":"PayPay","name_ja":"PayPay","slug":"paypay"},{"name_en":"Bank transfer","name_ja":"銀行振込","slug":"bank_transfer"},{"name_en":"Pay-easy","name_ja":"ペイジー","slug":"pay_easy"},{"name_en":"Merpay","name_ja":"メルペイ","slug":"merpay"},{"name_en":"Rakuten Pay","name_ja":"楽天ペイ","slug":"rakutenpay"},{"name_en":"au PAY","name_ja":"au PAY","slug":"aupay"}],"settings":{"capture":"auto","methods":[{"label":"コンビニ・PayPay・カード (KOMOJU)","provider":"instore","types":["credit_card","konbini","paypay"]},{"label":"Cash on Delivery","provider":"cod","types":["konbini"]}],"order_prefix":"KISSA-","test_moves_orders":true,"version":4},"store":"kissa1","store_name":"Hoshi Coffee Roasters","token":"<token>","version":8,"webhook_secrets":["e1.gX6ZMB_B2glmqyD9.guTjZ3_Gv1-KVD2fRG9T-kEOTGdjH9jgSiKo6zZMjS9Eer2dOm0Jx80itrXwxr_ADshG3x00Y5wayZizD1QNCA"]}');
INSERT INTO label VALUES (1, 'コンビニ・カード', 'instore', 0);
INSERT INTO ledger VALUES (<waiting.order>, 7, <now-2424>, <now+1437551>, 0, '{"amount":"¥2,200","amount_minor":2200,"currency":"JPY","mode":"live","next_alarm_ms":<now+1437551>,"order":<waiting.order>,"phase":"waiting","refs":["<waiting.session>","KISSA-<waiting.order>-1","<waiting.payment>"],"updated_at_ms":<now-2424>,"version":7}');
INSERT INTO ledger VALUES (<paid.order>, 14, <now-2058>, NULL, 0, '{"amount":"¥3,300","amount_minor":3300,"currency":"JPY","mode":"live","order":<paid.order>,"phase":"paid","refs":["<paid.session>","KISSA-<paid.order>-1","<paid.payment>"],"updated_at_ms":<now-2058>,"version":14}');
INSERT INTO ledger VALUES (<open.order>, 2, <now-1924>, <now+31>, 0, '{"amount":"¥1,100","amount_minor":1100,"currency":"JPY","mode":"live","next_alarm_ms":<now+31>,"order":<open.order>,"phase":"unpaid","refs":["<open.session>","KISSA-<open.order>-1"],"updated_at_ms":<now-1924>,"version":2}');
INSERT INTO ledger VALUES (<asleep.order>, 2, <now-1827>, <now+135>, 0, '{"amount":"¥4,400","amount_minor":4400,"currency":"JPY","mode":"live","next_alarm_ms":<now+135>,"order":<asleep.order>,"phase":"unpaid","refs":["<asleep.session>","KISSA-<asleep.order>-1"],"updated_at_ms":<now-1827>,"version":2}');
INSERT INTO ledger_ref VALUES ('<waiting.session>', <waiting.order>);
INSERT INTO ledger_ref VALUES ('<asleep.session>', <asleep.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<waiting.order>-1', <waiting.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<paid.order>-1', <paid.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<open.order>-1', <open.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<asleep.order>-1', <asleep.order>);
INSERT INTO ledger_ref VALUES ('<paid.session>', <paid.order>);
INSERT INTO ledger_ref VALUES ('<open.session>', <open.order>);
INSERT INTO ledger_ref VALUES ('<paid.payment>', <paid.order>);
INSERT INTO ledger_ref VALUES ('<waiting.payment>', <waiting.order>);
INSERT INTO schema_version VALUES (1);
INSERT INTO schema_version VALUES (2);
INSERT INTO staff VALUES (9001, <now-1807>, NULL);
CREATE INDEX ledger_by_alarm ON ledger (next_alarm_ms) WHERE next_alarm_ms IS NOT NULL;
CREATE INDEX ledger_by_time ON ledger (updated_at_ms);
