-- alarm: <now+135>
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
INSERT INTO meta VALUES ('schema', '1');
INSERT INTO meta VALUES ('store', 'kissa1');
INSERT INTO meta VALUES ('order', '<asleep.order>');
INSERT INTO meta VALUES ('unfinished_alarms', '0');
INSERT INTO records VALUES ('attempt', '0000000001', '{"created_at":<now-1865>,"expires_at":<now+86398152>,"left_at":<now-1844>,"locale":"en","n":1,"page":"http://shop.localhost:<port>/checkout/order-confirmation","register":{"at":<now-1844>,"failures":0,"reading":{"amount":{"currency":"JPY","minor":4400},"expired":false,"id":"<asleep.session>","status":"Pending"},"retry_at":0,"seq":2,"wanted":0},"session":"<asleep.session>","stage":"open","terms":{"account":"<account>","amount":{"currency":"JPY","minor":4400},"capture":"auto","external_order_num":"KISSA-<asleep.order>-1","mode":"live","settings_version":4,"types":["credit_card","konbini","paypay"]},"url":"http://pay.localhost:<port>/sessions/<asleep.session>"}');
INSERT INTO records VALUES ('head', '', '{"amount_disputed":false,"cart_hash":"<asleep.cart>","ledger_version":2,"order_missed":false,"seq":2,"timeline_start":0,"version":2}');
INSERT INTO records VALUES ('order', '', '{"at":<now-1865>,"failures":0,"reading":{"channel":1,"deleted":false,"digital":false,"due":{"Ok":{"currency":"JPY","minor":4400}},"label":"コンビニ・カード","payment_provider_id":"","placed_at":<now-2771>,"status":7},"retry_at":0,"seq":1,"wanted":0}');
INSERT INTO records VALUES ('timeline', '0000000000', '{"at":<now-1865>,"detail":"KISSA-<asleep.order>-1 ¥4,400","what":"attempt"}');
INSERT INTO records VALUES ('timeline', '0000000001', '{"at":<now-1844>,"detail":"<asleep.session>","what":"session_made"}');
