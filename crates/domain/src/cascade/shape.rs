//! The shape of a cascade, as sums of integers that one post changes in as many steps as it is deep. Which posts it has is not known here.

/// How large, how deep, how broad and how viral a cascade is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// Posts by generation: how many stand that many steps below the root. The root alone is generation 0, whether or not it was seen.
    breadth: Vec<u64>,
    /// The sum over edges of the size of the subtree below: A.
    below: u128,
    /// The sum over edges of the square of that: B.
    below_squared: u128,
}

impl Shape {
    /// Posts, the root with them.
    pub fn size(&self) -> u64 {
        self.breadth.iter().sum()
    }

    /// Steps from the root to the post furthest from it.
    pub fn depth(&self) -> usize {
        self.breadth.len().saturating_sub(1)
    }

    /// Posts by generation, the root's first.
    pub fn breadth(&self) -> &[u64] {
        &self.breadth
    }

    /// The sum of the distances between all pairs of posts, each pair once: the Wiener index, nA - B, where A and B are the sums over
    /// edges of the size of the subtree below and of its square.
    pub fn wiener(&self) -> u128 {
        u128::from(self.size()) * self.below - self.below_squared
    }

    /// Structural virality (Goel, Anderson, Hofman and Watts 2016, "The structural virality of online diffusion"): the mean distance
    /// between two posts, 2(nA - B) / (n(n - 1)). Near 2 where everybody passed on the origin itself, larger where they passed it on from
    /// one another. `None` below two posts.
    pub fn virality(&self) -> Option<f64> {
        let size = u128::from(self.size());
        (size > 1).then(|| 2.0 * self.wiener() as f64 / (size * (size - 1)) as f64)
    }

    /// One more post in a generation.
    pub(super) fn enter(&mut self, depth: usize) {
        if self.breadth.len() <= depth {
            self.breadth.resize(depth + 1, 0);
        }
        self.breadth[depth] += 1;
    }

    /// One post less in a generation that has one.
    pub(super) fn leave(&mut self, depth: usize) {
        self.breadth[depth] -= 1;
        while self.breadth.last() == Some(&0) {
            self.breadth.pop();
        }
    }

    /// The subtree below one edge is of another size; 0 stands for no edge.
    pub(super) fn resize(&mut self, before: u64, after: u64) {
        let [before, after] = [before, after].map(u128::from);
        self.below = self.below + after - before;
        self.below_squared = self.below_squared + after * after - before * before;
    }
}
