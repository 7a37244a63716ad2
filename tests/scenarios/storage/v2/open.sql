-- alarm: <now-1014>
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
INSERT INTO meta VALUES ('schema', '1');
INSERT INTO meta VALUES ('store', 'kissa1');
INSERT INTO meta VALUES ('order', '<open.order>');
INSERT INTO meta VALUES ('unfinished_alarms', '0');
INSERT INTO records VALUES ('attempt', '0000000001', '{"created_at":<now-11014>,"ended_by_order":false,"expires_at":<now+86389026>,"left_at":<now-10961>,"listing":{"at":0,"failures":0,"retry_at":0,"seq":0,"wanted":0},"locale":"en","n":1,"page":"http://shop.localhost:<port>/checkout/order-confirmation","register":{"at":<now-8814>,"failures":0,"reading":{"amount":{"currency":"JPY","minor":1100},"expired":false,"id":"<open.session>","status":"Pending"},"retry_at":0,"seq":3,"wanted":0},"session":"<open.session>","stage":"open","terms":{"account":"<account>","amount":{"currency":"JPY","minor":1100},"capture":"auto","external_order_num":"KISSA-<open.order>-1","mode":"live","settings_version":4,"types":["credit_card","konbini","paypay"]},"url":"http://pay.localhost:<port>/sessions/<open.session>"}');
INSERT INTO records VALUES ('head', '', '{"amount_disputed":false,"cart_hash":"<open.cart>","ledger_version":4,"met_at":0,"order_missed":false,"schema":2,"seq":4,"timeline_start":0,"to_meet":false,"version":4}');
INSERT INTO records VALUES ('order', '', '{"at":<now-8787>,"failures":0,"reading":{"channel":1,"deleted":false,"digital":false,"due":{"Ok":{"currency":"JPY","minor":1100}},"label":"コンビニ・カード","payment_provider_id":"","placed_at":<now-11589>,"refunded_minor":0,"status":7},"retry_at":0,"seq":4,"wanted":0}');
INSERT INTO records VALUES ('order_refunds', '', '{"at":0,"failures":0,"retry_at":0,"seq":0,"wanted":0}');
INSERT INTO records VALUES ('timeline', '0000000000', '{"at":<now-11014>,"detail":"KISSA-<open.order>-1 ¥1,100","what":"attempt"}');
INSERT INTO records VALUES ('timeline', '0000000001', '{"at":<now-10961>,"detail":"<open.session>","what":"session_made"}');
