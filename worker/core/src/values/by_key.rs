//! A small map: a list that is kept in the order of its keys.
//!
//! Not `BTreeMap`, because the compiler writes that out anew for each type it holds, and the size of the worker
//! counts more than the speed of a search among a handful of payments or some hundred rows.

/// A map that iterates in the order of its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct ByKey<K, V>(Vec<(K, V)>);

impl<K, V> Default for ByKey<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> ByKey<K, V> {
    pub fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|i| &self.0[i].1)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.find(key).ok().map(|i| &mut self.0[i].1)
    }

    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    /// Replaces what is already there.
    pub fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(i) => self.0[i].1 = value,
            Err(i) => self.0.insert(i, (key, value)),
        }
    }

    pub fn get_or_insert_with(&mut self, key: &K, fresh: impl FnOnce() -> V) -> &mut V
    where
        K: Clone,
    {
        let i = self.find(key).unwrap_or_else(|i| {
            self.0.insert(i, (key.clone(), fresh()));
            i
        });
        &mut self.0[i].1
    }

    pub fn remove(&mut self, key: &K) {
        if let Ok(i) = self.find(key) {
            self.0.remove(i);
        }
    }

    /// Where the key is, or (Err) where it belongs.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }
}

impl<K, V> ByKey<K, V> {
    /// Keys and values, in the order of the keys.
    pub fn entries(&self) -> &[(K, V)] {
        &self.0
    }

    /// The same, to be changed. Whoever changes keys keeps them in order, each once.
    pub fn entries_mut(&mut self) -> &mut Vec<(K, V)> {
        &mut self.0
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_order_and_once() {
        let mut map = ByKey::default();
        for (key, value) in [(2, "two"), (3, "three"), (1, "one"), (2, "TWO")] {
            map.insert(key, value);
        }
        assert_eq!(*map.get_or_insert_with(&0, || "nought"), "nought");
        assert_eq!(*map.get_or_insert_with(&1, || "again"), "one");
        map.remove(&3);
        map.remove(&9);
        assert_eq!(map.iter().collect::<Vec<_>>(), [(&0, &"nought"), (&1, &"one"), (&2, &"TWO")]);
        assert!(map.get(&3).is_none() && map.contains_key(&2));
    }
}
