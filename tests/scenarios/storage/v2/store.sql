-- alarm: <now-2407>
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
CREATE TABLE newcomer (
        order_id INTEGER PRIMARY KEY, heard_at_ms INTEGER NOT NULL, due_at_ms INTEGER NOT NULL, tries INTEGER NOT NULL
    );
CREATE TABLE schema_version (n INTEGER NOT NULL);
CREATE TABLE staff (id INTEGER PRIMARY KEY, seen_at_ms INTEGER NOT NULL, removed_at_s INTEGER, email TEXT NOT NULL DEFAULT '');
CREATE TABLE walk (
        name TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, began_ms INTEGER NOT NULL, place INTEGER
    ) WITHOUT ROWID;
INSERT INTO chore VALUES ('meet', <now-2407>, 0);
INSERT INTO chore VALUES ('sweep', <now+46410>, 0);
INSERT INTO installation VALUES (1, '{"channels":[{"id":1,"name":"Hoshi Coffee Roasters","origins":["http://shop.localhost:<port>","http://kissa1.shop.localhost:<port>"]}],"code_hash":"40d64d3d5d43ab2d6e562154ec90eb693b1862775fdb185b6af41ac008d041c4","country":"JP","generation":1,"health":{"checked_at_ms":<now-7986>},"hook_secret":"<hook_secret>","installed_at_s":<now_s-14>,"komoju":[{"current":true,"id":"<account>","masked":"<key.masked>","mode":"live","secret_key":"<key>"}],"panel_url":"http://panel.localhost:<port>","payment_types":[{"name_en":"Credit card","name_ja":"クレジットカード","slug":"credit_card"},{"name_en":"Konbini","name_ja":"コンビニ決済","slug":"konbini"},{"name_en":"PayPay","name_ja":"PayPay","slug":"paypay"},{"name_en":"Bank transfer","name_ja":"銀行振込","slug":"bank_transfer"},{"name_en":"Pay-easy","name_ja":"ペイジー","slug":"pay_easy"},{"name_en":"Merpay","name_ja":"メルペイ","slug":"merpay"},{"name_en":"Rakuten Pay","name_ja":"楽天ペイ","slug":"rakutenpay"},{"name_en":"au PAY","name_ja":"au PAY","slug":"aupay"}],"settings":{"authorized_status":11,"capture":"auto","capture_on_shipping":true,"methods":[{"label":"コンビニ・PayPay・カード (KOMOJU)","provider":"instore","types":["credit_card","konbini","paypay"]},{"label":"Cash on Delivery","provider":"cod","types":["konbini"]}],"methods_chosen":true,"order_prefix":"KISSA-","refund_second":false,"refunds":"confirm","test_moves_orders":true,"unpaid":"leave","unpaid_grace_hours":72,"version":6,"watch_new_orders":true},"store":"kissa1","store_name":"Hoshi Coffee Roasters","token":"<token>","version":10,"webhook_secrets":["e1.b0ZXe-c6YrW6J9DB.UzTdQJ3QTacnLRp5VahSLFrTGDKeJfHIrVfMAUQFyV9tWhPbiuXgPPtfWqGCMUZS-mtpFoJLA1dkGtOtCtsehg"]}');
INSERT INTO label VALUES (1, 'コンビニ・カード', 'instore', 0);
INSERT INTO ledger VALUES (<waiting.order>, 7, <now-12106>, <now+1427790>, 0, '{"amount":"¥2,200","amount_minor":2200,"currency":"JPY","mode":"live","next_alarm_ms":<now+1427790>,"open":true,"order":<waiting.order>,"phase":"waiting","refs":["<waiting.session>","KISSA-<waiting.order>-1","<waiting.payment>"],"updated_at_ms":<now-12106>,"version":7}');
INSERT INTO ledger VALUES (<paid.order>, 15, <now-11188>, <now+48521>, 0, '{"amount":"¥3,300","amount_minor":3300,"currency":"JPY","mode":"live","next_alarm_ms":<now+48521>,"open":false,"order":<paid.order>,"phase":"paid","refs":["<paid.session>","KISSA-<paid.order>-1","<paid.payment>"],"updated_at_ms":<now-11188>,"version":15}');
INSERT INTO ledger VALUES (<open.order>, 4, <now-8787>, <now-1014>, 0, '{"amount":"¥1,100","amount_minor":1100,"currency":"JPY","mode":"live","next_alarm_ms":<now-1014>,"open":true,"order":<open.order>,"phase":"unpaid","refs":["<open.session>","KISSA-<open.order>-1"],"updated_at_ms":<now-8787>,"version":4}');
INSERT INTO ledger VALUES (<asleep.order>, 6, <now-8608>, <now-821>, 0, '{"amount":"¥4,400","amount_minor":4400,"currency":"JPY","mode":"live","next_alarm_ms":<now-821>,"open":true,"order":<asleep.order>,"phase":"unpaid","refs":["<asleep.session>","KISSA-<asleep.order>-1"],"updated_at_ms":<now-8608>,"version":6}');
INSERT INTO ledger VALUES (<reserved.order>, 17, <now-7449>, <now-340>, 0, '{"amount":"¥6,600","amount_minor":6600,"currency":"JPY","mode":"live","next_alarm_ms":<now-340>,"open":true,"order":<reserved.order>,"phase":"authorized","refs":["<reserved.session>","KISSA-<reserved.order>-1","<reserved.payment>"],"updated_at_ms":<now-7449>,"version":17}');
INSERT INTO ledger VALUES (<unconfirmed.order>, 21, <now-7639>, <now+50652>, 1, '{"amount":"¥7,700","amount_minor":7700,"attention":["refund_to_confirm"],"currency":"JPY","mode":"live","next_alarm_ms":<now+50652>,"open":false,"order":<unconfirmed.order>,"phase":"paid","refs":["<unconfirmed.session>","KISSA-<unconfirmed.order>-1","<unconfirmed.payment>"],"updated_at_ms":<now-7639>,"version":21}');
INSERT INTO ledger VALUES (<transfer.order>, 28, <now-7814>, <now+51501>, 0, '{"amount":"¥2,400","amount_minor":2400,"currency":"JPY","mode":"live","next_alarm_ms":<now+51501>,"open":false,"order":<transfer.order>,"phase":"paid","refs":["<transfer.session>","KISSA-<transfer.order>-1","<transfer.payment>"],"updated_at_ms":<now-7814>,"version":28}');
INSERT INTO ledger_ref VALUES ('<reserved.session>', <reserved.order>);
INSERT INTO ledger_ref VALUES ('<unconfirmed.payment>', <unconfirmed.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<waiting.order>-1', <waiting.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<paid.order>-1', <paid.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<open.order>-1', <open.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<asleep.order>-1', <asleep.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<reserved.order>-1', <reserved.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<unconfirmed.order>-1', <unconfirmed.order>);
INSERT INTO ledger_ref VALUES ('KISSA-<transfer.order>-1', <transfer.order>);
INSERT INTO ledger_ref VALUES ('<waiting.session>', <waiting.order>);
INSERT INTO ledger_ref VALUES ('<transfer.payment>', <transfer.order>);
INSERT INTO ledger_ref VALUES ('<open.session>', <open.order>);
INSERT INTO ledger_ref VALUES ('<asleep.session>', <asleep.order>);
INSERT INTO ledger_ref VALUES ('<transfer.session>', <transfer.order>);
INSERT INTO ledger_ref VALUES ('<paid.payment>', <paid.order>);
INSERT INTO ledger_ref VALUES ('<unconfirmed.session>', <unconfirmed.order>);
INSERT INTO ledger_ref VALUES ('<reserved.payment>', <reserved.order>);
INSERT INTO ledger_ref VALUES ('<waiting.payment>', <waiting.order>);
INSERT INTO ledger_ref VALUES ('<paid.session>', <paid.order>);
INSERT INTO newcomer VALUES (<waiting.order>, <now-12407>, <now-2407>, 0);
INSERT INTO newcomer VALUES (<paid.order>, <now-12046>, <now-2046>, 0);
INSERT INTO newcomer VALUES (<open.order>, <now-11111>, <now-1111>, 0);
INSERT INTO newcomer VALUES (<asleep.order>, <now-10838>, <now-838>, 0);
INSERT INTO newcomer VALUES (<reserved.order>, <now-10538>, <now-538>, 0);
INSERT INTO newcomer VALUES (<unconfirmed.order>, <now-9785>, <now+215>, 0);
INSERT INTO newcomer VALUES (<transfer.order>, <now-8963>, <now+1037>, 0);
INSERT INTO schema_version VALUES (1);
INSERT INTO schema_version VALUES (2);
INSERT INTO schema_version VALUES (3);
INSERT INTO schema_version VALUES (4);
INSERT INTO staff VALUES (9001, <now-7554>, NULL, 'haruka@hoshi-coffee.example');
CREATE INDEX ledger_by_alarm ON ledger (next_alarm_ms) WHERE next_alarm_ms IS NOT NULL;
CREATE INDEX ledger_by_time ON ledger (updated_at_ms);
