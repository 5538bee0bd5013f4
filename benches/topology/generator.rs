//! A board the size of a large company: domains as frames, services with teams and stores, events, subscriptions that
//! mostly stay in their domain and say which fields they use, some with filters, synchronous commands between neighbours,
//! and people who issue commands.

use isobar::board::{
    Board, Event, EventClass, Field, FieldType, Frame, FrameId, Id, Link, LinkId, Point, Publishing, Schema,
    Service, Size, Sticky, StickyId, StickyKind, Version, Visibility,
};

/// Events each service publishes, each from a reaction of its own.
const EVENTS: u32 = 10;
/// Events each reaction subscribes to.
const SUBSCRIPTIONS: u32 = 3;
/// One service in so many is called by a waiting neighbour.
const CALLED: u32 = 4;
/// One subscription in so many has a filter.
const FILTERED: u32 = 20;
/// People who issue a command, in each domain.
const PEOPLE: u32 = 2;
/// What every event carries.
const FIELDS: [&str; 4] = ["thingId", "changedBy", "status", "reason"];
/// Pitch of the grid of stickies.
const PITCH: (f32, f32) = (320.0, 140.0);

/// The same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    const fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as u32
    }
}

/// `domains` frames with `services` services in all, ten events a service and three subscriptions an event.
pub(crate) fn board(domains: u32, services: u32) -> Board {
    let mut board = Board::default();
    board.settings.title = format!("{services} services");
    board.settings.default_channel = "company-bus".into();
    let mut numbers = Numbers(42);
    let size = services.div_ceil(domains);
    let domain_of = |service: u32| service / size;
    let sticky = |id: u32| StickyId(Id::new(0, id + 1));
    let (reactions, events) = (0, services * EVENTS);
    let mut links = 0;
    let mut add = |board: &mut Board, link: Link| {
        links += 1;
        board.links.insert(LinkId(Id::new(1, links)), link);
    };
    let plain = |from, to| Link { from, to, ..Link::default() };
    for service in 0..services {
        let (domain, within) = (domain_of(service), service % size);
        let corner = Point::new(
            (domain % 6) as f32 * (EVENTS as f32 * PITCH.0 + 300.0),
            (domain / 6) as f32 * (size as f32 * PITCH.1 + 300.0),
        );
        let name = format!("Service {domain:02}.{within:02}");
        for i in 0..EVENTS {
            let at = Point::new(corner.x + i as f32 * PITCH.0, corner.y + within as f32 * PITCH.1);
            let number = service * EVENTS + i;
            let event = format!("Thing{number}Changed");
            let kind = StickyKind::Service;
            let reaction = Sticky { kind, name: name.clone(), at, ..Sticky::default() };
            board.stickies.insert(sticky(reactions + number), reaction);
            let (kind, at) = (StickyKind::Event, Point::new(at.x + PITCH.0 / 2.0, at.y));
            let shown = Sticky { kind, name: event.clone(), at, ..Sticky::default() };
            board.stickies.insert(sticky(events + number), shown);
            board.events.insert(event, definition(number));
            add(&mut board, plain(sticky(reactions + number), sticky(events + number)));
            for _ in 0..SUBSCRIPTIONS {
                let near = numbers.below(10) < 8;
                let other = if near {
                    (domain * size + numbers.below(size)).min(services - 1)
                } else {
                    numbers.below(services)
                };
                let heard = other * EVENTS + numbers.below(EVENTS);
                let fields =
                    FIELDS[..1 + numbers.below(4) as usize].iter().map(ToString::to_string).collect();
                let some = numbers.below(FILTERED) == 0;
                let filter = some.then(|| serde_json::json!({"data": {"status": ["sold", "lost"]}}));
                let (from, to) = (sticky(events + heard), sticky(reactions + number));
                add(&mut board, Link { from, to, fields, filter, ..Link::default() });
            }
        }
        let team = format!("Team {domain:02}{}", ["a", "b", "c", "d"][(within % 4) as usize]);
        let publishing = if within % 3 == 0 { Publishing::Direct } else { Publishing::Outbox };
        let (store, idempotent) = (format!("{name} store"), within % 2 == 0);
        let availability = Some(0.997);
        let service = Service { team, availability, store, publishing, idempotent, ..Service::default() };
        board.services.insert(name, service);
    }
    for service in (CALLED..services).step_by(CALLED as usize) {
        let (caller, called) =
            (sticky(reactions + (service - 1) * EVENTS), sticky(reactions + service * EVENTS));
        let at = board.stickies[&called].at.moved(-150.0, 0.0);
        let id = sticky(2 * services * EVENTS + service);
        let name = format!("DoThing{service}");
        board.stickies.insert(id, Sticky { kind: StickyKind::Command, name, at, ..Sticky::default() });
        add(&mut board, plain(caller, id));
        add(&mut board, plain(id, called));
    }
    for person in 0..domains * PEOPLE {
        let called = sticky(reactions + (person * (services / (domains * PEOPLE))) * EVENTS);
        let at = board.stickies[&called].at.moved(-300.0, 0.0);
        let [actor, command] = [0, 1].map(|i| sticky((2 * EVENTS + 1) * services + 2 * person + i));
        let name = format!("Clerk {person}");
        board.stickies.insert(actor, Sticky { kind: StickyKind::Actor, name, at, ..Sticky::default() });
        let (kind, name) = (StickyKind::Command, format!("OrderThing{person}"));
        let at = at.moved(150.0, 0.0);
        board.stickies.insert(command, Sticky { kind, name, at, ..Sticky::default() });
        add(&mut board, plain(actor, command));
        add(&mut board, plain(command, called));
    }
    for domain in 0..domains {
        let at = Point::new(
            (domain % 6) as f32 * (EVENTS as f32 * PITCH.0 + 300.0) - 60.0,
            (domain / 6) as f32 * (size as f32 * PITCH.1 + 300.0) - 60.0,
        );
        let area = Size::new(EVENTS as f32 * PITCH.0 + 60.0, size as f32 * PITCH.1 + 60.0);
        let frame = Frame { name: format!("Domain {domain:02}"), at, size: area, ..Frame::default() };
        board.frames.insert(FrameId(Id::new(2, domain + 1)), frame);
    }
    board
}

fn definition(number: u32) -> Event {
    let field = |name: &str| Field::new(name, FieldType::String);
    let fields = FIELDS.into_iter().map(field).collect();
    let schema = Schema { fields, ..Schema::default() };
    let (class, visibility) = match number % 5 {
        0 => (EventClass::Component, Visibility::Private),
        1 => (EventClass::Analytics, Visibility::Public),
        _ => (EventClass::Domain, Visibility::Public),
    };
    let versions = vec![Version { version: "1".into(), schema, ..Version::default() }];
    Event { class, visibility, versions, ..Event::default() }
}
