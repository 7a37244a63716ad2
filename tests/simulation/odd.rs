//! One element of one list of an answer, or that list, in another shape than it should have.

use serde_json::{Value, json};

/// Spoils the element that `n` stands for. None: there is no list that holds anything. Otherwise the element as it was,
/// and as it is.
pub fn spoil_one(body: &mut Value, n: u64) -> Option<(Value, Value)> {
    let mut places = Vec::new();
    elements(body, String::new(), &mut places);
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17;
    let place = places.get(usize::try_from(mixed % places.len().max(1) as u64).ok()?)?;
    // Sometimes the list as a whole is none.
    let place = if (mixed / 256).is_multiple_of(5) { place.rsplit_once('/')?.0 } else { place };
    let element = body.pointer_mut(place)?;
    let was = element.clone();
    match mixed / 64 % 4 {
        0 => *element = json!("an element"),
        1 => *element = json!({}),
        2 => without_id(element),
        _ => with_words_for_numbers(element),
    }
    if *element == was {
        *element = json!({ "odd": true });
    }
    Some((was, element.clone()))
}

fn elements(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Array(all) => {
            for (i, one) in all.iter().enumerate() {
                let at = format!("{at}/{i}");
                elements(one, at.clone(), places);
                places.push(at);
            }
        }
        Value::Object(all) => {
            for (name, one) in all {
                elements(one, format!("{at}/{name}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_id(element: &mut Value) {
    if let Value::Object(all) = element {
        all.insert("id".to_owned(), Value::Null);
        all.insert("status".to_owned(), json!(7));
    }
}

fn with_words_for_numbers(element: &mut Value) {
    match element {
        Value::Object(all) => {
            for (name, one) in all.iter_mut().filter(|(name, _)| *name != "id") {
                match one {
                    Value::Number(number) => *one = json!(format!("about {number}")),
                    Value::Array(_) if name == "payments" => *one = json!("all"),
                    _ => {}
                }
            }
        }
        other => *other = json!(["another"]),
    }
}

#[test]
fn one_element_is_spoilt_and_the_rest_stays() {
    let whole =
        json!({ "data": [{ "id": 1, "amount": 5, "in": [{ "id": 2, "amount": 6 }] }, 7], "total": 3 });
    let mut hit = std::collections::BTreeSet::new();
    for n in 0..200 {
        let mut body = whole.clone();
        let (was, _) = spoil_one(&mut body, n).expect("there are lists");
        assert_ne!(body, whole);
        let left = body["data"].as_array().map(Vec::len);
        assert!(body["total"] == 3 && (left == Some(2) || was == whole["data"]), "{body}");
        hit.insert(format!("{was} {body}"));
    }
    assert!(hit.len() >= 10, "{hit:?}");
    assert_eq!(spoil_one(&mut json!({ "data": [], "id": 1 }), 5), None);
}
