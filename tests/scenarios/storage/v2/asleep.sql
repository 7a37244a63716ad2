-- alarm: <now-821>
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
INSERT INTO meta VALUES ('schema', '1');
INSERT INTO meta VALUES ('store', 'kissa1');
INSERT INTO meta VALUES ('order', '<asleep.order>');
INSERT INTO meta VALUES ('unfinished_alarms', '0');
INSERT INTO records VALUES ('attempt', '0000000001', '{"created_at":<now-10821>,"ended_by_order":false,"expires_at":<now+86389208>,"left_at":<now-10775>,"listing":{"at":0,"failures":0,"retry_at":0,"seq":0,"wanted":0},"locale":"en","n":1,"page":"http://shop.localhost:<port>/checkout/order-confirmation","register":{"at":<now-8719>,"failures":0,"reading":{"amount":{"currency":"JPY","minor":4400},"expired":false,"id":"<asleep.session>","status":"Pending"},"retry_at":0,"seq":5,"wanted":0},"session":"<asleep.session>","stage":"open","terms":{"account":"<account>","amount":{"currency":"JPY","minor":4400},"capture":"auto","external_order_num":"KISSA-<asleep.order>-1","mode":"live","settings_version":4,"types":["credit_card","konbini","paypay"]},"url":"http://pay.localhost:<port>/sessions/<asleep.session>"}');
INSERT INTO records VALUES ('head', '', '{"amount_disputed":false,"cart_hash":"<asleep.cart>","ledger_version":6,"met_at":0,"order_missed":false,"schema":2,"seq":6,"timeline_start":0,"to_meet":false,"version":6}');
INSERT INTO records VALUES ('hint', '0000000003', '{"at":<now-10790>,"hint":{"about":{"Order":{"moved":{"at":<now-11589>,"from":0,"to":7},"scope":"store/order/statusUpdated"}},"id":"c1d5741fd0747813230181247da39e8b6c0b3871-<now_s-11>"},"seq":3}');
INSERT INTO records VALUES ('order', '', '{"at":<now-8608>,"failures":0,"reading":{"channel":1,"deleted":false,"digital":false,"due":{"Ok":{"currency":"JPY","minor":4400}},"label":"コンビニ・カード","payment_provider_id":"","placed_at":<now-11589>,"refunded_minor":0,"status":7},"retry_at":0,"seq":6,"wanted":3}');
INSERT INTO records VALUES ('order_refunds', '', '{"at":0,"failures":0,"retry_at":0,"seq":0,"wanted":0}');
INSERT INTO records VALUES ('timeline', '0000000000', '{"at":<now-10821>,"detail":"KISSA-<asleep.order>-1 ¥4,400","what":"attempt"}');
INSERT INTO records VALUES ('timeline', '0000000001', '{"at":<now-10790>,"detail":"store/order/statusUpdated","what":"heard_bigcommerce"}');
INSERT INTO records VALUES ('timeline', '0000000002', '{"at":<now-10775>,"detail":"<asleep.session>","what":"session_made"}');
