//! Reused slots for what lives briefly: nothing is allocated per message once the arena has grown to the peak.

/// Values in numbered slots. A slot's generation tells a handle to a value that is gone from one that took its slot.
#[derive(Clone, Debug)]
pub(super) struct Arena<T> {
    values: Vec<T>,
    /// Odd while the slot is in use.
    generations: Vec<u32>,
    free: Vec<u32>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { values: Vec::new(), generations: Vec::new(), free: Vec::new() }
    }
}

impl<T: Copy> Arena<T> {
    #[inline]
    pub(super) fn insert(&mut self, value: T) -> u32 {
        if let Some(index) = self.free.pop() {
            self.values[index as usize] = value;
            self.generations[index as usize] += 1;
            return index;
        }
        self.values.push(value);
        self.generations.push(1);
        (self.values.len() - 1) as u32
    }

    #[inline]
    pub(super) fn remove(&mut self, index: u32) {
        debug_assert!(self.generations[index as usize] % 2 == 1, "slot {index} is in use");
        self.generations[index as usize] = self.generations[index as usize].wrapping_add(1);
        self.free.push(index);
    }

    #[inline]
    pub(super) fn generation(&self, index: u32) -> u32 {
        self.generations[index as usize]
    }

    /// The value, if the handle is not stale.
    #[inline]
    pub(super) fn live(&mut self, index: u32, generation: u32) -> Option<&mut T> {
        (self.generations.get(index as usize) == Some(&generation)).then(|| &mut self.values[index as usize])
    }

    /// Slots in use.
    pub(super) fn len(&self) -> usize {
        self.values.len() - self.free.len()
    }

    /// Slots in use or free.
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.values.len()
    }

    /// Every value in use with its slot, in slot order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0u32..).zip(&self.values).filter(|(index, _)| self.generations[*index as usize] % 2 == 1)
    }
}

impl<T> std::ops::Index<u32> for Arena<T> {
    type Output = T;
    #[inline]
    fn index(&self, index: u32) -> &T {
        &self.values[index as usize]
    }
}

impl<T> std::ops::IndexMut<u32> for Arena<T> {
    #[inline]
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.values[index as usize]
    }
}
