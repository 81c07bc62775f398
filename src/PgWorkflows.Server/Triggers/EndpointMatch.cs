using Microsoft.AspNetCore.Routing.Template;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Persistence.Waking;
using PgWorkflows.Runtime;
using PgWorkflows.Runtime.Waking;

namespace PgWorkflows.Server.Triggers;

/// <summary>Finds what a request is for (elsa-contract 7.2): a workflow that begins with it, else a run that waits for it.</summary>
internal sealed class EndpointMatch(Installation installation)
{
    public const string Stimulus = "Elsa.HttpEndpoint";

    /// <summary>The workflows that begin with such a request; of several templates only those that are the most exact.</summary>
    public async Task<IReadOnlyList<(IndexedTrigger Trigger, RouteValueDictionary Route)>> TriggersAsync(string method, string path, CancellationToken cancellationToken)
    {
        var found = new List<(IndexedTrigger Trigger, RouteValueDictionary Route, decimal Precedence)>();
        foreach (var trigger in await installation.Triggers.OfTypeAsync(Stimulus, cancellationToken))
        {
            if (Engine.Programs.Triggers.MethodsOf(trigger.Trigger).Contains(method) && Route(trigger.Text("Path"), path) is var (route, precedence))
                found.Add((trigger, route, precedence));
        }

        var best = found.Count == 0 ? 0 : found.Min(one => one.Precedence);
        return [.. found.Where(one => one.Precedence == best).Select(one => (one.Trigger, one.Route))];
    }

    /// <summary>The runs that wait for such a request.</summary>
    public async Task<IReadOnlyList<(StoredWait Wait, RouteValueDictionary Route)>> WaitsAsync(
        string method, string path, string? correlationId, string? instanceId, CancellationToken cancellationToken)
    {
        var found = new List<(StoredWait, RouteValueDictionary)>();
        foreach (var wait in await installation.Waking.WaitsAsync(Stimulus, null, correlationId, instanceId, cancellationToken))
        {
            if (wait.Lookup?.Split(' ', 2) is [var verb, var template] && verb == method && Route(template, path) is var (route, _))
                found.Add((wait, route));
        }

        return found;
    }

    private static (RouteValueDictionary Route, decimal Precedence)? Route(string template, string path)
    {
        try
        {
            var parsed = TemplateParser.Parse(template.Trim('/'));
            var values = new RouteValueDictionary();
            foreach (var parameter in parsed.Parameters.Where(parameter => parameter.DefaultValue is not null))
                values[parameter.Name!] = parameter.DefaultValue;
            return new TemplateMatcher(parsed, new RouteValueDictionary(values)).TryMatch(path, values) ? (values, RoutePrecedence.ComputeInbound(parsed)) : null;
        }
        catch (ArgumentException)
        {
            return null; // Publishing refuses such a template; an older release may have let it through.
        }
    }
}
