-- alarm: <now+1437551>
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
INSERT INTO meta VALUES ('schema', '1');
INSERT INTO meta VALUES ('store', 'kissa1');
INSERT INTO meta VALUES ('order', '<waiting.order>');
INSERT INTO meta VALUES ('unfinished_alarms', '0');
INSERT INTO records VALUES ('attempt', '0000000001', '{"created_at":<now-2542>,"expires_at":<now+86397468>,"left_at":<now-2528>,"locale":"en","n":1,"page":"http://shop.localhost:<port>/checkout/order-confirmation","register":{"at":<now-2449>,"failures":0,"reading":{"amount":{"currency":"JPY","minor":2200},"expired":false,"id":"<waiting.session>","payment":"<waiting.payment>","status":"Completed"},"retry_at":0,"seq":4,"wanted":3},"session":"<waiting.session>","stage":"open","terms":{"account":"<account>","amount":{"currency":"JPY","minor":2200},"capture":"auto","external_order_num":"KISSA-<waiting.order>-1","mode":"live","settings_version":4,"types":["credit_card","konbini","paypay"]},"url":"http://pay.localhost:<port>/sessions/<waiting.session>"}');
INSERT INTO records VALUES ('deed', 'order-code-<waiting.payment>#0000000001', '{"action":{"UpdateOrder":{"milestone":"code","payment":"<waiting.payment>"}},"failures":0,"first_sent":<now-2434>,"n":1,"retry_at":0,"seq":6,"state":"Done","update":{"note":"[KOMOJU] コンビニ払いで¥2,200の入金待ち (code, <waiting.payment>)","payment_provider_id":"<waiting.payment>"}}');
INSERT INTO records VALUES ('head', '', '{"amount_disputed":false,"cart_hash":"<waiting.cart>","ledger_version":7,"order_missed":false,"seq":6,"timeline_start":0,"version":7}');
INSERT INTO records VALUES ('hint', '0000000003', '{"at":<now-2489>,"hint":{"about":{"Komoju":{"event":"payment.authorized","payment":"<waiting.payment>","session":"<waiting.session>"}},"id":"b33nsb4p6ydzl3nbjno38401v"},"seq":3}');
INSERT INTO records VALUES ('order', '', '{"at":<now-2425>,"failures":0,"reading":{"channel":1,"deleted":false,"digital":false,"due":{"Ok":{"currency":"JPY","minor":2200}},"label":"コンビニ・PayPay・カード (KOMOJU)","payment_provider_id":"<waiting.payment>","placed_at":<now-2771>,"status":7},"retry_at":0,"seq":6,"wanted":0}');
INSERT INTO records VALUES ('payment', '<waiting.payment>', '{"attempt":1,"captured":false,"first_seen":<now-2489>,"register":{"at":<now-2449>,"failures":0,"reading":{"deadline":<now+321125229>,"id":"<waiting.payment>","instructions":{"lines":[["store","lawson"],["receipt","22051373086"],["confirmation_code","123445"]],"url":"http://pay.localhost:<port>/en/instructions/<waiting.payment>"},"method":"konbini","net":{"currency":"JPY","minor":2200},"refunded_minor":0,"session":"<waiting.session>","status":"Authorized","total":{"currency":"JPY","minor":2200}},"retry_at":0,"seq":4,"wanted":3}}');
INSERT INTO records VALUES ('reached', '<waiting.payment>#code', '["<waiting.payment>","code",{"at":<now-2425>}]');
INSERT INTO records VALUES ('timeline', '0000000000', '{"at":<now-2542>,"detail":"KISSA-<waiting.order>-1 ¥2,200","what":"attempt"}');
INSERT INTO records VALUES ('timeline', '0000000001', '{"at":<now-2528>,"detail":"<waiting.session>","what":"session_made"}');
INSERT INTO records VALUES ('timeline', '0000000002', '{"at":<now-2489>,"detail":"payment.authorized","what":"heard_komoju"}');
INSERT INTO records VALUES ('timeline', '0000000003', '{"at":<now-2449>,"detail":"Authorized <waiting.payment>","what":"payment_is"}');
INSERT INTO records VALUES ('timeline', '0000000004', '{"at":<now-2425>,"detail":"<waiting.payment>","what":"code"}');
