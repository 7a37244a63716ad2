//! What the shops sell: the goods of a small coffee roaster, priced by hand in its main currencies, as merchants do.

use super::money::Currency;
use super::store::Locale;

/// One thing for sale. Prices include tax.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    pub id: u32,
    pub sku: &'static str,
    pub slug: &'static str,
    pub name_en: &'static str,
    pub name_ja: &'static str,
    pub about_en: &'static str,
    pub about_ja: &'static str,
    /// Minor units of yen, dollars and euros.
    prices: [i64; 3],
    pub digital: bool,
    /// An inline drawing.
    pub image: &'static str,
}

impl Product {
    #[must_use]
    pub fn price(&self, currency: Currency) -> i64 {
        match currency {
            Currency::Jpy => self.prices[0],
            Currency::Usd => self.prices[1],
            Currency::Eur => self.prices[2],
            Currency::Twd => self.prices[0] / 5,
            Currency::Idr => self.prices[0] * 10_500,
        }
    }

    #[must_use]
    pub fn name(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.name_en,
            Locale::Ja => self.name_ja,
        }
    }

    #[must_use]
    pub fn about(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::En => self.about_en,
            Locale::Ja => self.about_ja,
        }
    }
}

/// Flat rate, tax included.
#[must_use]
pub fn shipping_cost(currency: Currency) -> i64 {
    match currency {
        Currency::Jpy => 550,
        Currency::Usd => 600,
        Currency::Eur => 560,
        Currency::Twd => 120,
        Currency::Idr => 5_800_000,
    }
}

#[must_use]
pub fn product(id: u32) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

pub const PRODUCTS: [Product; 6] = [
    Product {
        id: 77,
        sku: "HSH-BLEND-200",
        slug: "hoshi-blend",
        name_en: "Hoshi Blend, Midnight Roast 200 g",
        name_ja: "星ブレンド 深夜焙煎 200g",
        about_en: "Dark, round, a little like brown sugar. Roasted on Mondays.",
        about_ja: "黒糖のような甘みとコク。毎週月曜日に焙煎しています。",
        prices: [1_480, 1_180, 1_090],
        digital: false,
        image: include_str!("assets/blend.svg"),
    },
    Product {
        id: 78,
        sku: "HSH-MATCHA-100",
        slug: "uji-matcha-latte",
        name_en: "Uji Matcha Latte Powder",
        name_ja: "宇治抹茶ラテパウダー",
        about_en: "Stone-ground tea from Uji with a touch of wasanbon sugar.",
        about_ja: "石臼挽きの宇治抹茶に、和三盆をほんの少し。",
        prices: [1_280, 980, 920],
        digital: false,
        image: include_str!("assets/matcha.svg"),
    },
    Product {
        id: 79,
        sku: "HSH-MUG-HSM",
        slug: "hasami-mug",
        name_en: "Hasami Porcelain Mug",
        name_ja: "波佐見焼 マグカップ",
        about_en: "Thrown and glazed in Nagasaki. Each one a little different.",
        about_ja: "長崎の窯元から。ひとつひとつ表情が違います。",
        prices: [2_750, 1_950, 1_800],
        digital: false,
        image: include_str!("assets/mug.svg"),
    },
    Product {
        id: 80,
        sku: "HSH-KETTLE-09",
        slug: "drip-kettle",
        name_en: "Hand Drip Kettle 0.9 l",
        name_ja: "ハンドドリップケトル 0.9L",
        about_en: "Brushed steel and a thin spout, for a slow and steady pour.",
        about_ja: "細口だから、ゆっくり、まっすぐ注げます。",
        prices: [8_800, 6_200, 5_700],
        digital: false,
        image: include_str!("assets/kettle.svg"),
    },
    Product {
        id: 81,
        sku: "HSH-FUROSHIKI",
        slug: "furoshiki",
        name_en: "Furoshiki, Indigo Waves",
        name_ja: "風呂敷 青海波",
        about_en: "A cotton cloth that wraps a gift and is one itself.",
        about_ja: "贈りものを包む、それ自体が贈りもの。綿100％。",
        prices: [1_100, 820, 760],
        digital: false,
        image: include_str!("assets/furoshiki.svg"),
    },
    Product {
        id: 82,
        sku: "HSH-COURSE-01",
        slug: "drip-course",
        name_en: "Drip Coffee at Home (video course)",
        name_ja: "おうちドリップ講座（動画ダウンロード）",
        about_en: "Forty calm minutes with our roaster. Sent by e-mail.",
        about_ja: "焙煎士が教える40分。メールでお届けします。",
        prices: [980, 690, 640],
        digital: true,
        image: include_str!("assets/course.svg"),
    },
];
