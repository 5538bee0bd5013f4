//! Counts work in tests, so that the bounds this room promises are checked by counting, not by a clock. Outside tests
//! it is nothing at all.

#[cfg(not(test))]
#[inline(always)]
pub(crate) fn count(_: usize) {}

#[cfg(test)]
pub(crate) use counting::{count, of};

#[cfg(test)]
mod counting {
    use std::cell::Cell;

    thread_local!(static STEPS: Cell<u64> = const { Cell::new(0) });

    pub(crate) fn count(steps: usize) {
        STEPS.with(|all| all.set(all.get() + steps as u64));
    }

    /// How many steps some work takes, and its answer.
    pub(crate) fn of<T>(work: impl FnOnce() -> T) -> (u64, T) {
        let before = STEPS.with(Cell::get);
        let answer = work();
        (STEPS.with(Cell::get) - before, answer)
    }
}
