//! AsyncAPI 2.x: channels hold what others publish to the service, and what they may subscribe to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::gathered::{Sort, Use};
use super::{Action, ChannelRead, Document, Mode, text};

impl Document<'_> {
    pub(super) fn read_version_2(&mut self) {
        self.describe_service();
        for (address, value) in self.map("/channels") {
            let found = match self.documents.follow(self.path, value) {
                Ok(found) => found,
                Err(message) => {
                    self.remark(&format!("channel {address}"), message);
                    continue;
                }
            };
            let (path, channel) = (found.path, found.value);
            let address = &self.into.spelt(Sort::Channel, address);
            let read = ChannelRead {
                name: Some(address.clone()),
                mode: Mode::Asynchronous,
                path: path.clone(),
                value: channel,
            };
            self.keep_channel(&read);
            for (verb, action) in [("publish", Action::Receive), ("subscribe", Action::Send)] {
                let Some(operation) = channel.get(verb) else { continue };
                let about = format!("{verb} of {address}");
                if operation.get("traits").is_some() {
                    self.remark(&about, "its traits have no place on a board");
                }
                let Some(message) = operation.get("message") else {
                    self.remark(&about, "it names no message");
                    continue;
                };
                let several = message.get("oneOf").and_then(Value::as_array);
                let all: Vec<&Value> = several.map_or_else(|| vec![message], |all| all.iter().collect());
                for message in all {
                    let fallback = text(operation, "/operationId").unwrap_or_else(|| address.clone());
                    let Some((key, _)) = self.message(&path, &fallback, message, operation) else { continue };
                    let ways = BTreeSet::from([vec![address.clone()]]);
                    let used = Use::straight(&self.service, action, key, Mode::Asynchronous);
                    self.into.add_use(Use { ways, ..used });
                }
            }
        }
        if self.map("/channels").is_empty() {
            self.messages_without_operations();
        }
    }
}
