//! What stands on the machine, on the server and in the running process: all that the model knows.

/// One of the two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Old,
    New,
}

/// A key's record on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Record {
    Absent,
    Active,
    Revoked,
}

/// How far the journal says that the rotation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Phase {
    Planned,
    Generated,
    Registered,
    Proven,
    Switched,
    Confirmed,
    Retired,
}

impl Phase {
    /// The word in the journal.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Generated => "generated",
            Self::Registered => "registered",
            Self::Proven => "proven",
            Self::Switched => "switched",
            Self::Confirmed => "confirmed",
            Self::Retired => "retired",
        }
    }
}

/// The journal on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Journal {
    pub(super) phase: Phase,
    pub(super) is_back: bool,
    /// A registration may have left.
    pub(super) asked: bool,
    /// How many may have left that were never seen; more than four are not told apart.
    pub(super) unseen: u8,
    /// The new record's id is known.
    pub(super) has_id: bool,
    /// A request to retire the old key may have left.
    pub(super) retire_asked: bool,
}

/// What a person or a timer starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Command {
    Rotate,
    Resume,
    Abort,
}

/// One step: nothing happens between two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    /// The old key is proved, then the journal is begun.
    Plan,
    WriteKey,
    NoteKey,
    /// The way to ask is found, then the journal says that a registration may leave.
    AskRegister,
    Register,
    NoteRegistered,
    /// The same, for a record that was there already.
    NoteFound,
    /// The new key is proved, then that is noted.
    Prove,
    /// The commit point.
    Switch,
    NoteSwitched,
    /// A fresh process proves the new key, then that is noted.
    Confirm,
    /// The same once more, then the journal says that a request to retire may leave.
    AskRetire,
    Retire,
    RemovePrivate,
    /// The other file goes, then the journal says that the rotation is done.
    RemovePublic,
    EndForward,
    /// `--resume` of a way back that the old key's death has cut off.
    Turn,
    /// The old key is proved, then the direction is noted.
    Back,
    ConfigureOld,
    DeleteNew,
    RemoveNew,
    EndBack,
}

impl Step {
    /// Whether the step asks the server, so that a request or an answer can be lost.
    pub(super) fn asks(self) -> bool {
        matches!(
            self,
            Self::Plan
                | Self::AskRegister
                | Self::Register
                | Self::Prove
                | Self::Confirm
                | Self::AskRetire
                | Self::Retire
                | Self::Turn
                | Self::Back
                | Self::DeleteNew
        )
    }
}

/// The process that is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Running {
    pub(super) command: Command,
    pub(super) step: Step,
    /// The administrator acted since it started.
    pub(super) raced: bool,
}

/// How a rotation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum End {
    Retired,
    Before,
}

/// Everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct World {
    pub(super) journal: Option<Journal>,
    pub(super) config: Key,
    pub(super) old_private: bool,
    pub(super) old_public: bool,
    pub(super) new_file: bool,
    pub(super) old: Record,
    pub(super) new: Record,
    /// A second active record of the new key.
    pub(super) second: bool,
    /// That one was carried out after the last look, which comes with the retirement: nothing can see it.
    pub(super) second_is_late: bool,
    /// The server has a registration that it has not carried out yet.
    pub(super) under_way: bool,
    /// A registration was sent less than ten minutes ago.
    pub(super) recent: bool,
    /// An administrator's token is at hand.
    pub(super) token: bool,
    /// The platform has no way to revoke a key but to delete its record.
    pub(super) deletes: bool,
    /// Crashes and losses that may still come.
    pub(super) mishaps: u8,
    /// What the administrator has revoked: one key at most.
    pub(super) revoked: Option<Key>,
    pub(super) running: Option<Running>,
    pub(super) ended: Option<End>,
}

impl World {
    /// Before the rotation: one key, registered and configured.
    pub(super) fn before(token: bool, deletes: bool, mishaps: u8) -> Self {
        Self {
            journal: None,
            config: Key::Old,
            old_private: true,
            old_public: true,
            new_file: false,
            old: Record::Active,
            new: Record::Absent,
            second: false,
            second_is_late: false,
            under_way: false,
            recent: false,
            token,
            deletes,
            mishaps,
            revoked: None,
            running: None,
            ended: None,
        }
    }

    /// What a record is once it was taken away.
    pub(super) fn taken_away(&self) -> Record {
        if self.deletes { Record::Absent } else { Record::Revoked }
    }

    /// Whether a key authenticates by the file that is there.
    pub(super) fn authenticates(&self, key: Key) -> bool {
        match key {
            Key::Old => self.old_private && self.old == Record::Active,
            Key::New => self.new_file && self.new == Record::Active,
        }
    }

    /// Whether the server accepts a key, whoever may hold its file.
    pub(super) fn is_active(&self, key: Key) -> bool {
        match key {
            Key::Old => self.old == Record::Active,
            Key::New => self.new == Record::Active || self.second,
        }
    }

    /// Whether some key can be used with what the machine knows: the platform asks for the record's id.
    pub(super) fn has_usable_key(&self) -> bool {
        let has_id = self.journal.is_some_and(|journal| journal.has_id);
        self.authenticates(Key::Old) || self.authenticates(Key::New) && has_id
    }
}
