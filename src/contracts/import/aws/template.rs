//! The resources of a template: channels, functions, rules and subscriptions.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Flows, Gathered, Listener, Pattern, Rule, Sort, over_http, place_of_arn};
use crate::board::{Archive, Channel, ChannelKind, Span};

/// The bus events go to when a rule names none.
const DEFAULT_BUS: &str = "default";

/// Something a template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Channel(String),
    Service(String),
}

impl Place {
    pub(super) fn listener(self) -> Listener {
        match self {
            Self::Channel(name) => Listener::Channel(name),
            Self::Service(name) => Listener::Service(name),
        }
    }
}

/// A template, or the resources of a Serverless file.
pub(super) struct Template<'d> {
    resources: BTreeMap<&'d str, (&'d str, &'d Value)>,
    document: &'d Value,
}

/// What a service is called that stands behind a resource: functions of one Serverless service are all that service.
pub(super) type Boundary<'b> = Option<&'b str>;

impl<'d> Template<'d> {
    pub(super) fn new(document: &'d Value) -> Self {
        let all = document.get("Resources").and_then(Value::as_object);
        let resources = all.into_iter().flatten().filter_map(|(id, resource)| {
            let kind = resource.get("Type")?.as_str()?;
            Some((id.as_str(), (kind, resource.get("Properties").unwrap_or(&Value::Null))))
        });
        Self { resources: resources.collect(), document }
    }

    fn of<'t>(&'t self, kinds: &'t [&str]) -> impl Iterator<Item = (&'d str, &'d Value)> + 't {
        self.resources
            .iter()
            .filter(|(_, (kind, _))| kinds.contains(kind))
            .map(|(id, (_, value))| (*id, *value))
    }

    /// What our own templates say of names that CloudFormation has no place for.
    fn own(&self, list: &str, id: &str) -> Option<&'d Value> {
        self.document.get("Metadata")?.get("Isobar")?.get(list)?.get(id)
    }

    /// The place a resource stands for.
    fn place(&self, id: &str, boundary: Boundary) -> Option<Place> {
        let (kind, properties) = self.resources.get(id)?;
        let named = |key: &str| {
            let own = self.own("names", id).and_then(Value::as_str);
            own.or_else(|| properties.get(key)?.as_str()).unwrap_or(id).to_owned()
        };
        Some(match *kind {
            "AWS::Events::EventBus" => Place::Channel(named("Name")),
            "AWS::SQS::Queue" => Place::Channel(named("QueueName")),
            "AWS::SNS::Topic" | "AWS::Serverless::SimpleTopic" => Place::Channel(named("TopicName")),
            "AWS::Kinesis::Stream" => Place::Channel(named("Name")),
            "AWS::DynamoDB::Table" | "AWS::Serverless::SimpleTable" => Place::Channel(named("TableName")),
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
                Place::Service(boundary.map_or_else(|| named("FunctionName"), str::to_owned))
            }
            "AWS::StepFunctions::StateMachine" | "AWS::Serverless::StateMachine" => {
                Place::Service(boundary.map_or_else(|| named("Name"), str::to_owned))
            }
            "AWS::Events::ApiDestination" | "AWS::ECS::TaskDefinition" => Place::Service(named("Name")),
            "AWS::Lambda::Alias" | "AWS::Lambda::Version" => {
                return self.resolve(properties.get("FunctionName")?, boundary);
            }
            _ => return None,
        })
    }

    /// The place a value names: a reference to a resource or parameter, an address, or a plain name.
    pub(super) fn resolve(&self, value: &Value, boundary: Boundary) -> Option<Place> {
        match value {
            Value::String(text) => place_of_arn(text).or_else(|| self.place(text, boundary)),
            Value::Object(call) => {
                let (function, argument) = call.iter().next()?;
                let id = match (function.as_str(), argument) {
                    ("Fn::GetAtt", Value::Array(parts)) => parts.first()?.as_str()?,
                    ("Fn::GetAtt" | "Ref" | "Fn::ImportValue", Value::String(text)) => {
                        text.split('.').next().unwrap_or(text)
                    }
                    ("Fn::Sub" | "Fn::Join" | "Fn::If" | "Fn::ImportValue", argument) => {
                        return self.inside(argument, boundary);
                    }
                    _ => return None,
                };
                self.place(id, boundary).or_else(|| {
                    let own = self.own("targets", id).and_then(Value::as_str);
                    own.map(|name| Place::Service(name.to_owned()))
                })
            }
            _ => None,
        }
    }

    /// The first place that a composed text names: `${Queue.Arn}`, a reference in a list, or an address.
    fn inside(&self, value: &Value, boundary: Boundary) -> Option<Place> {
        match value {
            Value::String(text) => {
                let mut names = text.split("${").skip(1).filter_map(|part| part.split(['}', '.']).next());
                names.find_map(|name| self.place(name, boundary)).or_else(|| place_of_arn(text))
            }
            Value::Array(parts) => parts.iter().find_map(|part| self.inside(part, boundary)),
            Value::Object(_) => self.resolve(value, boundary),
            _ => None,
        }
    }

    /// The name of a bus: of a resource, or as it stands.
    pub(super) fn bus(&self, value: Option<&Value>, into: &mut Gathered) -> String {
        let name = match value {
            None | Some(Value::Null) => DEFAULT_BUS.to_owned(),
            Some(value) => match (self.resolve(value, None), value) {
                (Some(Place::Channel(name) | Place::Service(name)), _) => name,
                (None, Value::String(text)) => text.rsplit('/').next().unwrap_or(text).to_owned(),
                (None, other) => named_by(other).unwrap_or_else(|| DEFAULT_BUS.to_owned()),
            },
        };
        let name = into.spelt(Sort::Channel, &name);
        let channel =
            Channel { kind: ChannelKind::Bus, preset: "eventbridge".to_owned(), ..Channel::default() };
        into.channels.entry(name.clone()).or_insert(channel);
        name
    }
}

/// The name in a call whose target is not in the template: a parameter or an export.
fn named_by(value: &Value) -> Option<String> {
    let (_, argument) = value.as_object()?.iter().next()?;
    match argument {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.first()?.as_str().map(str::to_owned),
        other => named_by(other),
    }
}

/// Channels and functions that come with others and say nothing of their own.
const QUIET: [&str; 7] = [
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::Lambda::Permission",
    "AWS::Events::EventBusPolicy",
    "AWS::Events::Connection",
    "AWS::EventSchemas::Registry",
    "AWS::EventSchemas::Schema",
];

/// Reads what a template says into services, channels and flows.
pub(super) fn read(
    path: &str,
    template: &Template,
    boundary: Boundary,
    into: &mut Gathered,
    flows: &mut Flows,
) {
    let remark = |into: &mut Gathered, id: &str, message: &str| into.remark(format!("{path} {id}"), message);
    for id in template.resources.keys() {
        match template.place(id, boundary) {
            Some(Place::Service(name)) => {
                let name = into.spelt(Sort::Service, &name);
                into.services.entry(name).or_default();
            }
            Some(Place::Channel(name)) => channel(template, id, &name, into),
            None => {}
        }
    }
    let mut functions = 0;
    for (id, properties) in template.of(&["AWS::Serverless::Function", "AWS::Serverless::StateMachine"]) {
        functions += 1;
        let Some(Place::Service(service)) = template.place(id, boundary) else { continue };
        for (name, event) in properties.get("Events").and_then(Value::as_object).into_iter().flatten() {
            sam_event(template, &service, &format!("{path} {id} {name}"), event, into, flows);
        }
        if publishes(properties) {
            remark(into, id, "it may publish events, but a template does not say which");
        }
    }
    functions += template.of(&["AWS::Lambda::Function"]).count();
    if functions > 1 && boundary.is_none() {
        into.remark(
            path,
            "each function stands as a service of its own; give those of one boundary one name",
        );
    }
    for (id, properties) in template.of(&["AWS::Lambda::EventSourceMapping"]) {
        let from = properties.get("EventSourceArn").and_then(|value| template.resolve(value, boundary));
        let to = properties.get("FunctionName").and_then(|value| match value {
            Value::String(name) if template.place(name, boundary).is_none() && !name.starts_with("arn:") => {
                Some(Place::Service(name.clone()))
            }
            value => template.resolve(value, boundary),
        });
        match (from, to) {
            (Some(Place::Channel(from)), Some(to)) => flows.listen(from, to.listener(), None),
            _ => remark(into, id, "what it reads, or who reads it, is not in the template"),
        }
    }
    for (id, properties) in template.of(&["AWS::SNS::Subscription"]) {
        let from = properties.get("TopicArn").and_then(|value| template.resolve(value, boundary));
        let to = properties.get("Endpoint").and_then(|value| match value {
            Value::String(text) if text.contains("://") || text.contains('@') => {
                Some(Place::Service(text.clone()))
            }
            value => template.resolve(value, boundary),
        });
        match (from, to) {
            (Some(Place::Channel(from)), Some(to)) => {
                flows.listen(from, to.listener(), properties.get("FilterPolicy").cloned());
            }
            _ => remark(into, id, "its topic or its end is not in the template"),
        }
    }
    for (id, properties) in template.of(&["AWS::SNS::Topic"]) {
        let Some(Place::Channel(topic)) = template.place(id, boundary) else { continue };
        for one in properties.get("Subscription").and_then(Value::as_array).into_iter().flatten() {
            if let Some(to) = one.get("Endpoint").and_then(|value| template.resolve(value, boundary)) {
                flows.listen(topic.clone(), to.listener(), None);
            }
        }
    }
    for (id, properties) in template.of(&["AWS::Events::Rule"]) {
        rule(template, boundary, &format!("{path} {id}"), properties, into, flows);
    }
    for (id, properties) in template.of(&["AWS::Events::Archive"]) {
        let of = properties.get("SourceArn").and_then(|value| template.resolve(value, boundary));
        let bus = match of {
            Some(Place::Channel(bus)) => into.channels.get_mut(&bus),
            _ => None,
        };
        match bus {
            Some(bus) => bus.archive = Some(archive(properties)),
            None => remark(into, id, "its bus is not in the template"),
        }
    }
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, (kind, _)) in &template.resources {
        let known =
            template.place(id, boundary).is_some() || QUIET.contains(kind) || kind.starts_with("AWS::IAM::");
        let flow = [
            "AWS::Events::Archive",
            "AWS::Events::Rule",
            "AWS::SNS::Subscription",
            "AWS::Lambda::EventSourceMapping",
        ];
        if !known && !flow.contains(kind) {
            *others.entry(kind).or_default() += 1;
        }
    }
    for (kind, count) in others {
        into.remark(path, format!("{count} × {kind} has no place on a board"));
    }
    consumers(template, flows);
}

/// Who reads which queue, as our own templates keep it.
fn consumers(template: &Template, flows: &mut Flows) {
    let all = template.document.pointer("/Metadata/Isobar/consumers").and_then(Value::as_object);
    for (channel, services) in all.into_iter().flatten() {
        for service in services.as_array().into_iter().flatten().filter_map(Value::as_str) {
            flows.listen(channel.clone(), Listener::Service(service.to_owned()), None);
        }
    }
}

fn publishes(function: &Value) -> bool {
    function.get("Policies").is_some_and(|policies| {
        let text = policies.to_string();
        ["EventBridgePutEventsPolicy", "events:PutEvents", "SNSPublishMessagePolicy", "sns:Publish"]
            .iter()
            .any(|policy| text.contains(policy))
    })
}

fn seconds(value: Option<&Value>) -> Option<Span> {
    let seconds = value.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))?;
    Some(Span::from_nanos(seconds.checked_mul(1_000_000_000)?))
}

/// What an archive keeps. A pattern about the payload alone is written without its envelope.
fn archive(properties: &Value) -> Archive {
    let days = properties.get("RetentionDays").and_then(Value::as_u64).filter(|days| *days > 0);
    let pattern = properties.get("EventPattern").map(|pattern| match pattern.as_object() {
        Some(fields) if fields.len() == 1 && fields.contains_key("detail") => fields["detail"].clone(),
        _ => pattern.clone(),
    });
    Archive { retention: days.map(|days| Span::from_secs(days.saturating_mul(86_400))), pattern }
}

fn channel(template: &Template, id: &str, name: &str, into: &mut Gathered) {
    let Some((kind, properties)) = template.resources.get(id) else { return };
    let count = |key: &str| properties.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let fifo = |key: &str| {
        matches!(properties.get(key), Some(Value::Bool(true))) || properties.get(key) == Some(&"true".into())
    };
    let (kind, preset) = match *kind {
        "AWS::Events::EventBus" => (ChannelKind::Bus, "eventbridge"),
        "AWS::SQS::Queue" => (ChannelKind::Queue, "sqs"),
        "AWS::Kinesis::Stream" => (ChannelKind::Stream, "kinesis"),
        "AWS::SNS::Topic" | "AWS::Serverless::SimpleTopic" => (ChannelKind::Topic, "sns"),
        // A table is a channel only when somebody reads its changes; then it is a stream.
        _ => return,
    };
    let redrive = properties.get("RedrivePolicy");
    let dead = redrive.and_then(|redrive| template.resolve(redrive.get("deadLetterTargetArn")?, None));
    let name = into.spelt(Sort::Channel, name);
    into.channels.insert(
        name,
        Channel {
            kind,
            preset: preset.to_owned(),
            fifo: fifo("FifoQueue") || fifo("FifoTopic"),
            partitions: count("ShardCount"),
            visibility_timeout: seconds(properties.get("VisibilityTimeout")),
            retention: seconds(properties.get("MessageRetentionPeriod")),
            delay: seconds(properties.get("DelaySeconds")),
            wait: seconds(properties.get("ReceiveMessageWaitTimeSeconds")),
            dead_letter: match dead {
                Some(Place::Channel(dead)) => dead,
                _ => String::new(),
            },
            max_receive_count: redrive
                .and_then(|redrive| redrive.get("maxReceiveCount")?.as_u64())
                .and_then(|n| u32::try_from(n).ok()),
            ..Channel::default()
        },
    );
}

/// A rule of a template: its bus, its pattern and its targets.
fn rule(
    template: &Template,
    boundary: Boundary,
    about: &str,
    properties: &Value,
    into: &mut Gathered,
    flows: &mut Flows,
) {
    let Some(pattern) = properties.get("EventPattern").or_else(|| properties.get("Pattern")) else {
        into.remark(about, "it goes by a schedule, which has no place on a board");
        return;
    };
    let bus = template.bus(properties.get("EventBusName"), into);
    let mut to = Vec::new();
    for target in properties.get("Targets").and_then(Value::as_array).into_iter().flatten() {
        let Some(arn) = target.get("Arn") else { continue };
        dead_letter_and_retries(template, &bus, target, into);
        let place = template.resolve(arn, boundary).or_else(|| named_by(arn).map(Place::Service));
        match place {
            Some(Place::Service(name)) => {
                let name = into.spelt(Sort::Service, &name);
                into.services.entry(name.clone()).or_default();
                to.push(Listener::Service(name));
            }
            Some(Place::Channel(name)) => to.push(Listener::Channel(into.spelt(Sort::Channel, &name))),
            None => into.remark(about, format!("its target {arn} cannot be told")),
        }
    }
    flows.rules.push(Rule { about: about.to_owned(), bus, pattern: Pattern::new(pattern), to });
}

/// What a target says of undeliverable events belongs to the bus on a board.
fn dead_letter_and_retries(template: &Template, bus: &str, target: &Value, into: &mut Gathered) {
    let dead = target.pointer("/DeadLetterConfig/Arn").and_then(|arn| template.resolve(arn, None));
    let Some(channel) = into.channels.get_mut(bus) else { return };
    if let Some(Place::Channel(dead)) = dead {
        channel.dead_letter = dead;
    }
    let attempts = target.pointer("/RetryPolicy/MaximumRetryAttempts").and_then(Value::as_u64);
    channel.retry_attempts = attempts.and_then(|n| u32::try_from(n).ok()).or(channel.retry_attempts);
    channel.retry_age =
        seconds(target.pointer("/RetryPolicy/MaximumEventAgeInSeconds")).or(channel.retry_age);
}

/// An event of a SAM function.
fn sam_event(
    template: &Template,
    service: &str,
    about: &str,
    event: &Value,
    into: &mut Gathered,
    flows: &mut Flows,
) {
    let kind = event.get("Type").and_then(Value::as_str).unwrap_or_default();
    let none = Value::Null;
    let properties = event.get("Properties").unwrap_or(&none);
    let listener = Listener::Service(into.spelt(Sort::Service, service));
    let text = |key: &str| properties.get(key).and_then(Value::as_str);
    match kind {
        "EventBridgeRule" | "CloudWatchEvent" => {
            let bus = template.bus(properties.get("EventBusName"), into);
            dead_letter_and_retries(template, &bus, properties, into);
            let pattern = Pattern::new(properties.get("Pattern").unwrap_or(&none));
            flows.rules.push(Rule { about: about.to_owned(), bus, pattern, to: vec![listener] });
        }
        "SQS" | "SNS" | "Kinesis" | "DynamoDB" | "MSK" => {
            let from = ["Queue", "Topic", "Stream"].iter().find_map(|key| properties.get(*key));
            match from.and_then(|from| template.resolve(from, None)) {
                Some(Place::Channel(name)) => {
                    let name = into.spelt(Sort::Channel, &name);
                    let channel = foreign_channel(kind);
                    into.channels.entry(name.clone()).or_insert(channel);
                    flows.listen(name, listener, properties.get("FilterPolicy").cloned());
                }
                _ => into.remark(about, format!("its {kind} source is not in the template")),
            }
        }
        "Api" | "HttpApi" => match (text("Method"), text("Path")) {
            (Some(method), Some(path)) => over_http(service, method, path, into),
            _ => into.remark(about, "it takes any call over HTTP, so none can be named"),
        },
        "Schedule" | "ScheduleV2" => {
            into.remark(about, "it goes by a schedule, which has no place on a board");
        }
        other => into.remark(about, format!("events of type {other} are not read")),
    }
}

/// The channel of a source of this type, as SAM and Serverless name them.
pub(super) fn foreign_channel(kind: &str) -> Channel {
    let kind = kind.to_ascii_lowercase();
    let (of, preset) = match kind.as_str() {
        "sqs" => (ChannelKind::Queue, "sqs"),
        "sns" => (ChannelKind::Topic, "sns"),
        "kinesis" => (ChannelKind::Stream, "kinesis"),
        "msk" | "kafka" => (ChannelKind::Stream, "kafka"),
        _ => (ChannelKind::Stream, ""),
    };
    Channel { kind: of, preset: preset.to_owned(), ..Channel::default() }
}
