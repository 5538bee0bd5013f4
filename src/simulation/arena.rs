//! Reused slots for what lives briefly: nothing is allocated per message once the arena has grown to the peak.

/// A value with the number of times its slot has been taken and left: odd while it is in use.
#[derive(Clone, Copy, Debug)]
struct Slot<T> {
    generation: u32,
    value: T,
}

/// Values in numbered slots. A slot's generation tells a handle to a value that is gone from one that took its slot.
#[derive(Clone, Debug)]
pub(super) struct Arena<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T: Copy> Arena<T> {
    #[inline]
    pub(super) fn insert(&mut self, value: T) -> u32 {
        self.insert_named(value).0
    }

    /// Answers the slot with its generation, for a handle.
    #[inline]
    pub(super) fn insert_named(&mut self, value: T) -> (u32, u32) {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            *slot = Slot { generation: slot.generation.wrapping_add(1), value };
            return (index, slot.generation);
        }
        self.slots.push(Slot { generation: 1, value });
        ((self.slots.len() - 1) as u32, 1)
    }

    #[inline]
    pub(super) fn remove(&mut self, index: u32) {
        let slot = &mut self.slots[index as usize];
        debug_assert!(slot.generation % 2 == 1, "slot {index} is in use");
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(index);
    }

    #[inline]
    pub(super) fn generation(&self, index: u32) -> u32 {
        self.slots[index as usize].generation
    }

    /// The value, if the handle is not stale.
    #[inline]
    pub(super) fn live(&self, index: u32, generation: u32) -> Option<&T> {
        self.slots.get(index as usize).filter(|slot| slot.generation == generation).map(|slot| &slot.value)
    }

    /// Slots in use.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Slots in use or free.
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Every value in use with its slot, in slot order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let used = (0u32..).zip(&self.slots).filter(|(_, slot)| slot.generation % 2 == 1);
        used.map(|(index, slot)| (index, &slot.value))
    }
}

impl<T> std::ops::Index<u32> for Arena<T> {
    type Output = T;
    #[inline]
    fn index(&self, index: u32) -> &T {
        &self.slots[index as usize].value
    }
}

impl<T> std::ops::IndexMut<u32> for Arena<T> {
    #[inline]
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.slots[index as usize].value
    }
}
